// What is wrong with the page that is open, by aspect: each a list of sentences, empty where all is
// well. The measures are those of WCAG 2.2, level AA.
async () => {
  for (let drawn = 0; drawn < 2; drawn++) await new Promise(requestAnimationFrame);
  const TEXT_CONTRAST = 4.5, LARGE_CONTRAST = 3, EDGE_CONTRAST = 3;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const told = (element) => {
    const name = element.id ? `#${element.id}` : element.name ? `[name=${element.name}]` : "";
    const text = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.tagName.toLowerCase()}${name}> ${text}`.trim();
  };
  const isShown = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility === "visible" && box.width > 0 && box.height > 0 &&
      !element.closest(".unseen, .skip, [hidden]");
  };

  // Colours: what is seen is what lies on top of each other, down to the first that lets nothing through.
  const read = (colour) => {
    const [red, green, blue, alpha = 1] = (colour.match(/[\d.]+/g) || []).map(Number);
    return { rgb: [red, green, blue], alpha: colour === "transparent" ? 0 : alpha };
  };
  const over = (top, below) => top.rgb.map((part, i) => part * top.alpha + below[i] * (1 - top.alpha));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = read(getComputedStyle(at).backgroundColor);
      layers.push(layer);
      if (layer.alpha === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const opacity = (element) => {
    let seen = 1;
    for (let at = element; at; at = at.parentElement) seen *= Number(getComputedStyle(at).opacity);
    return seen;
  };
  const written = () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const holders = new Set();
    while (texts.nextNode()) {
      const holder = texts.currentNode.parentElement;
      if (texts.currentNode.data.trim() && !holder.closest("script, noscript, option")) holders.add(holder);
    }
    return [...holders].filter(isShown);
  };
  const groundOfMark = (text) => {  // a text in a chart may lie on a coloured shape
    const shape = text.closest("g.slice, g.point")?.querySelector("path");
    const [within, around] = [text, shape].map((drawn) => drawn?.getBoundingClientRect());
    const liesOn = shape && within.top >= around.top - 1 && within.bottom <= around.bottom + 1;
    return liesOn ? over({ ...read(getComputedStyle(shape).fill), alpha: Number(getComputedStyle(shape).fillOpacity) }, ground(text)) : ground(text);
  };

  const faults = {};
  const blame = (aspect, elements, words) => {
    faults[aspect] = [...(faults[aspect] || []), ...elements.map((element) => `${words}: ${told(element)}`)];
  };

  // Names
  const nameOf = (element) => [
    element.getAttribute("aria-label"),
    ...(element.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent),
    ...[...(element.labels || [])].map((label) => label.textContent),
    element.matches("a, button, summary") ? element.textContent : "",
  ].join("").trim();
  const fields = all("input:not([type=hidden]), select, textarea, progress");
  blame("names", fields.filter((field) => !nameOf(field)), "no label");
  blame("names", all("a, button, summary").filter((e) => !nameOf(e) && !e.closest("svg, .modebar")), "no name");
  blame("names", all("img:not([alt]), [role=img]:not([aria-label])"), "no words for the picture");
  blame("names", all("a[href]").filter((e) => !e.closest(".modebar") && /^(here|more|click)$/i.test(e.textContent.trim())), "says nothing");

  // Contrast
  blame("contrast", written().filter((element) => {
    if (element.closest("[disabled], .modebar")) return false;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const behind = isDrawn ? groundOfMark(element) : ground(element);
    const ink = read(isDrawn ? style.fill : style.color);
    const seen = over({ rgb: ink.rgb, alpha: ink.alpha * opacity(element) }, behind);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    return contrast(seen, behind) < (isLarge ? LARGE_CONTRAST : TEXT_CONTRAST);
  }), "hard to read");
  blame("contrast", fields.filter((field) => {
    if (!isShown(field) || !field.matches("input:not([type=checkbox], [type=radio], [type=file]), select, textarea")) return false;
    const edge = read(getComputedStyle(field).borderTopColor).rgb;
    return contrast(edge, ground(field.parentElement)) < EDGE_CONTRAST;
  }), "its edge is hard to see");

  // Structure
  const levels = all("h1, h2, h3, h4, h5, h6").map((heading) => [heading, Number(heading.tagName[1])]);
  if (levels.filter(([, level]) => level === 1).length !== 1) blame("structure", [document.body], "not one h1");
  blame("structure", levels.filter(([, level], i) => level > (i ? levels[i - 1][1] : 0) + 1).map(([e]) => e), "skips a level");
  blame("structure", levels.filter(([e]) => !e.textContent.trim()).map(([e]) => e), "an empty heading");
  if (document.documentElement.lang !== "en") blame("structure", [document.documentElement], "no language");
  if (!/\w.* - SigmaSight$/.test(document.title)) blame("structure", [document.head], "no title");
  for (const landmark of ["main", "header", "header nav"])
    if (all(landmark).length !== 1) blame("structure", [document.body], `not one ${landmark}`);
  const named = all("nav, section[aria-labelledby], section[aria-label]").map((part) => [part, nameOf(part)]);
  blame("structure", named.filter(([, name], i) => !name || named.findIndex(([, other]) => other === name) !== i).map(([e]) => e),
    "a part without a name of its own");
  const ids = all("[id]").filter((element) => !element.closest("svg")).map((element) => element.id);
  blame("structure", all("[id]").filter((e) => !e.closest("svg") && ids.filter((id) => id === e.id).length > 1), "an id twice");
  for (const reference of ["for", "aria-describedby", "aria-labelledby"])
    blame("structure", all(`[${reference}]`).filter((element) =>
      element.getAttribute(reference).split(" ").some((id) => !document.getElementById(id))), `${reference} names nothing`);
  blame("structure", all('a[href^="#"]').filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))),
    "leads to nothing on the page");
  blame("structure", all("dl > :not(dt, dd, div), ul > :not(li), ol > :not(li)"), "does not belong in a list");
  blame("structure", all("[aria-invalid=true]:is(input, select)").filter((e) => !e.getAttribute("aria-describedby")), "nothing says what is wrong");

  // Tables
  const tables = all("table");
  blame("tables", tables.filter((table) => !(table.caption?.textContent || table.ariaLabel || "").trim()), "no caption");
  blame("tables", tables.filter((table) => !table.querySelector("th")), "no headers");
  blame("tables", all("th:not([scope])"), "a header without scope");
  blame("tables", tables.filter((table) => {
    const widths = [...table.rows].map((row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0));
    return widths.some((width) => width !== widths[0]);
  }), "rows of different widths");
  const isNumber = (text) => /^[+\u2212]?[\d,]+(\.\d+)?( ?%)?$/.test(text.trim());
  blame("tables", all("td.number").filter((cell) => {
    const style = getComputedStyle(cell);
    return isNumber(cell.textContent) && (style.textAlign !== "right" || !style.fontVariantNumeric.includes("tabular-nums"));
  }), "a number that does not align");

  // Charts
  const charts = all("figure[data-chart]");
  blame("charts", charts.filter((chart) => !chart.querySelector("figcaption")?.textContent.trim()), "no title");
  blame("charts", charts.filter((chart) => !chart.querySelector("tbody tr")), "no table behind it");
  blame("charts", charts.filter((chart) => !chart.querySelector("svg")), "not drawn");

  return faults;
}
