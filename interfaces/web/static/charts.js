// Draws each chart from the JSON beside it, in the colours of the page, and again when they change;
// what takes its time to compute is asked for afterwards, and added.
const SERIES = [1, 2, 3, 4, 5, 6].map((number) => `--series-${number}`);

function coloursOf(figure) {
  const probe = figure.appendChild(document.createElement("span"));
  const told = (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const [card, line, up, down, ...series] = ["--card", "--line", "--up", "--down", ...SERIES].map(told);
  probe.remove();
  return { card, line, up, down, series };
}

function layoutOf(figure, place, own) {
  const { card, line, up, down, series } = coloursOf(figure);
  const { color, fontFamily } = getComputedStyle(place);
  const bar = (fill) => ({ marker: { color: fill } });
  const ink = { color: card };
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
  return {
    ...own,
    autosize: true,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { color, family: fontFamily },
    legend: { orientation: "h" },
    template: {
      layout: { colorway: series, treemapcolorway: series, extendtreemapcolors: false, xaxis: axis, yaxis: axis },
      data: {
        treemap: [{ insidetextfont: ink, outsidetextfont: ink, pathbar: { textfont: ink } }],
        waterfall: [{
          increasing: bar(up),
          decreasing: bar(down),
          totals: bar(series[0]),
          connector: { line: { color: line } },
          insidetextfont: ink,
          cliponaxis: false,
        }],
      },
    },
  };
}

function draw(figure) {
  const told = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const place = figure.querySelector(".chart");
  place.hidden = false;
  const layout = layoutOf(figure, place, told.layout);
  window.Plotly.react(place, place.data || told.data, layout, { responsive: true, displaylogo: false });
}

async function add(figure) {
  const status = figure.querySelector("[role=status]");
  status.textContent = "Reconstructing what was before the opening\u2026";
  const answer = await fetch(figure.dataset.more).catch(() => null);
  if (!answer?.ok) {
    status.textContent = "What was before the opening could not be reconstructed. Reload to try again.";
    return;
  }
  const { data } = await answer.json();
  window.Plotly.addTraces(figure.querySelector(".chart"), data);
  status.textContent = "";
}

if (window.Plotly) {
  const drawAll = () => document.querySelectorAll("figure[data-chart]").forEach(draw);
  drawAll();
  document.querySelectorAll("figure[data-more]").forEach(add);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
