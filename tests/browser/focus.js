// Where keys lead on the page that is open: what is wrong with the focus at each place, once a key
// was pressed. Seen it must be, and under nothing that stays in place. Of places of one kind, the
// first dozen is looked at.
() => {
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const parts = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const contrast = (one, other) => {
    const [dark, light] = [luminance(parts(one)), luminance(parts(other))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const MOST_OF_A_KIND = 12;
  const ofKind = {};
  const isOneOfMany = (stop) => {
    const kind = [stop, stop.parentElement].map((e) => `${e.tagName} ${e.className} ${e.type}`).join(" in ");
    ofKind[kind] = (ofKind[kind] || 0) + 1;
    return ofKind[kind] > MOST_OF_A_KIND;
  };
  const faults = [];
  const header = document.querySelector("header.top");
  const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  for (const stop of stops) {
    if (stop.closest(".modebar, svg") || !stop.checkVisibility({ visibilityProperty: true }) || isOneOfMany(stop)) continue;
    stop.focus();
    const name = `<${stop.tagName.toLowerCase()}> ${(stop.textContent || stop.name).trim().slice(0, 40)}`;
    if (document.activeElement !== stop) { faults.push(`no key leads to ${name}`); continue; }
    const style = getComputedStyle(stop);
    const back = getComputedStyle(document.body).backgroundColor;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 || contrast(style.outlineColor, back) < 3)
      faults.push(`the focus does not show at ${name}`);
    const box = stop.getBoundingClientRect();
    const on = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (header.contains(on) && !header.contains(stop)) faults.push(`under the bar: ${name}`);
  }
  return faults;
}
