// What is too wide for the page that is open: the innermost parts that stick out to the right,
// outside of boxes that scroll by themselves, and figures that go on in the next line or stick out
// of their tile.
() => {
  const width = document.documentElement.clientWidth;
  const sticksOut = (element) => {
    const box = element.getBoundingClientRect();
    return Math.max(box.right, box.left + element.scrollWidth) > width + 0.5;
  };
  const scrolls = (element) => getComputedStyle(element).overflowX !== "visible";
  const isInside = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
      if (scrolls(at)) return true;
    return false;
  };
  const out = [...document.querySelectorAll("body *")].filter((e) => sticksOut(e) && !scrolls(e) && !isInside(e));
  const innermost = out.filter((element) => !out.some((other) => other !== element && element.contains(other)));
  const told = (e) => `<${e.tagName.toLowerCase()} class="${e.className}"> ${(e.textContent || "").trim().slice(0, 60)}`;
  const broken = [...document.querySelectorAll("dd, td, th, .up, .down")].filter((element) => {
    const text = element.childNodes.length === 1 && element.firstChild.nodeType === Node.TEXT_NODE && element.firstChild;
    if (!text || !/^[+\u2212]?[\d,]+\.\d+$/.test(text.data.trim())) return false;
    const range = document.createRange();
    range.selectNodeContents(text);
    return range.getClientRects().length > 1;
  });
  const tooLong = [...document.querySelectorAll(".tile dd")].filter((e) => e.scrollWidth > e.clientWidth);
  const isWider = document.documentElement.scrollWidth > width;
  return [...(isWider ? innermost.map(told) : []), ...(isWider && !innermost.length ? ["something"] : []),
    ...broken.map((e) => `in two lines: ${told(e)}`), ...tooLong.map((e) => `wider than its tile: ${told(e)}`)];
}
