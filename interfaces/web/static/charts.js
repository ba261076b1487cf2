// Draws each chart from the JSON beside it, in the colours of the page.
function draw(figure) {
  const told = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const place = figure.querySelector(".chart");
  const colours = getComputedStyle(place);
  const layout = {
    ...told.layout,
    autosize: true,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { color: colours.color, family: colours.fontFamily },
    legend: { orientation: "h" },
  };
  place.hidden = false;
  window.Plotly.newPlot(place, told.data, layout, { responsive: true, displaylogo: false });
}

if (window.Plotly) document.querySelectorAll("figure[data-chart]").forEach(draw);
