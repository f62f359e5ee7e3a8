// Draws every canvas of the page from the figures in the element "figures", and leaves in the element "drawn"
// what the charts hold.
(function () {
  "use strict";

  const figures = JSON.parse(document.getElementById("figures").textContent);
  const styles = { circle: "circle", square: "rect", triangle: "triangle", diamond: "rectRot" };
  const ink = "#1b2733";
  const pale = "#54616d";
  const grid = "#e3e8ed";

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = pale;

  function shortText(value) {
    if (value === null || Number.isNaN(value)) return "none";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(3);
    return String(Number(value.toPrecision(4)));
  }

  function withUnit(text, unit) {
    return unit ? text + " " + unit : text;
  }

  // "#0072b2" with an opacity.
  function pallid(color, opacity) {
    const part = (at) => parseInt(color.slice(at, at + 2), 16);
    return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
  }

  // ---- spreads, which Chart.js does not know

  function place(chart, x, y) {
    return { x: chart.scales.x.getPixelForValue(x), y: chart.scales.y.getPixelForValue(y) };
  }

  // Points between gaps.
  function stretches(points) {
    const found = [[]];
    for (const point of points) {
      if (point.y !== null) found[found.length - 1].push(point);
      else if (found[found.length - 1].length > 0) found.push([]);
    }
    return found.filter((stretch) => stretch.length > 0);
  }

  function drawBand(chart, points, color) {
    const context = chart.ctx;
    context.fillStyle = pallid(color, 0.13);
    for (const stretch of stretches(points)) {
      const upper = stretch.map((p) => place(chart, p.x, p.high === undefined ? p.y : p.high));
      const lower = stretch.map((p) => place(chart, p.x, p.low === undefined ? p.y : p.low)).reverse();
      context.beginPath();
      for (const corner of upper.concat(lower)) context.lineTo(corner.x, corner.y);
      context.closePath();
      context.fill();
    }
  }

  function drawWhiskers(chart, points, color) {
    const context = chart.ctx;
    context.strokeStyle = color;
    context.lineWidth = 1.3;
    for (const point of points) {
      if (point.low === undefined || point.y === null) continue;
      const low = place(chart, point.x, point.low);
      const high = place(chart, point.x, point.high);
      context.beginPath();
      context.moveTo(low.x, low.y);
      context.lineTo(high.x, high.y);
      for (const end of [low, high]) {
        context.moveTo(end.x - 4, end.y);
        context.lineTo(end.x + 4, end.y);
      }
      context.stroke();
    }
  }

  const spreads = (figure) => ({
    id: "spreads",
    beforeDatasetsDraw(chart) {
      const area = chart.chartArea;
      chart.ctx.save();
      chart.ctx.beginPath();
      chart.ctx.rect(area.left, area.top, area.width, area.height);
      chart.ctx.clip();
      figure.series.forEach((series, i) => {
        if (!chart.isDatasetVisible(i)) return;
        const draw = figure.spread === "band" ? drawBand : drawWhiskers;
        if (series.points.some((p) => p.low !== undefined)) draw(chart, series.points, series.color);
      });
      chart.ctx.restore();
    },
  });

  // ---- a figure as the configuration of a chart

  function dataset(figure, series, index) {
    const fill = series.hollow ? "#ffffff" : series.color;
    if (figure.kind === "bars") {
      return { label: series.name, data: series.points.map((p) => p.y), backgroundColor: series.color,
        categoryPercentage: 0.75, barPercentage: 1 };
    }
    return {
      label: series.name,
      data: series.points,
      order: -index,  // later lines on top, as dashes let the solid ones below be seen
      borderColor: series.color,
      borderDash: series.dashes,
      borderWidth: 1.8,
      showLine: figure.kind === "line",
      pointStyle: styles[series.marker],
      pointRadius: series.marked.map((marked) => (marked ? 4 : 0)),
      pointHoverRadius: 6,
      pointHitRadius: 8,
      pointBorderColor: series.color,
      pointBorderWidth: 1.5,
      pointBackgroundColor: fill,
      clip: 8,
    };
  }

  function scale(axis, type, extra) {
    return Object.assign({
      type: type,
      min: axis.low,
      max: axis.high,
      title: { display: true, text: axis.text, color: ink, font: { size: 13 } },
      grid: { color: grid, borderColor: "#8896a3" },
      // The marks are those of the SVG files.
      afterBuildTicks(scale) { scale.ticks = axis.ticks.map((value) => ({ value: value })); },
      ticks: {
        maxRotation: axis.categories.length > 0 ? 40 : 0,
        autoSkip: axis.categories.length === 0,
        autoSkipPadding: 6,
        callback(value) { return axis.tickTexts[axis.ticks.indexOf(value)]; },
      },
    }, extra);
  }

  // Long names would leave no room for the plot.
  function clipped(name) {
    return name.length > 34 ? name.slice(0, 32) + "\u2026" : name;
  }

  function xScale(figure) {
    const axis = figure.x;
    const type = figure.kind === "bars" ? "category" : axis.log ? "logarithmic" : "linear";
    const made = scale(axis, type, {});
    made.grid.display = axis.categories.length === 0;
    made.title.display = axis.text !== "";
    if (axis.categories.length > 0) made.ticks.callback = (value) => clipped(axis.categories[value]);
    if (figure.kind !== "bars") return made;
    delete made.min;
    delete made.max;
    delete made.afterBuildTicks;
    made.stacked = true;
    return made;
  }

  function pointText(figure, item) {
    const unit = figure.y.unit;
    const point = figure.series[item.datasetIndex].points[item.dataIndex];
    const spread = point.low === undefined ? "" :
      ` (${shortText(point.low)} to ${withUnit(shortText(point.high), unit)})`;
    return ` ${item.dataset.label}: ${withUnit(shortText(point.y), unit)}${spread}`;
  }

  function placeText(figure, item) {
    const axis = figure.x;
    const x = figure.kind === "bars" ? item.dataIndex : item.parsed.x;
    if (axis.categories.length > 0) return axis.categories[Math.round(x)];
    return `${axis.text}: ${shortText(x)}`;
  }

  function configuration(figure) {
    return {
      type: figure.kind === "bars" ? "bar" : "line",
      data: {
        labels: figure.kind === "bars" ? figure.x.categories : undefined,
        datasets: figure.series.map((series, index) => dataset(figure, series, index)),
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        spanGaps: false,
        interaction: { mode: "nearest", intersect: false },
        scales: { x: xScale(figure), y: scale(figure.y, "linear", { stacked: figure.kind === "bars" }) },
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: {
            title: (items) => (items.length > 0 ? placeText(figure, items[0]) : ""),
            label: (item) => pointText(figure, item),
          } },
        },
      },
      plugins: [spreads(figure)],
    };
  }

  // ---- the legend: buttons that hide and show a series

  function markerShape(series) {
    const fill = series.hollow ? "#ffffff" : series.color;
    const look = `fill="${fill}" stroke="${series.color}" stroke-width="1.5"`;
    switch (series.marker) {
      case "square": return `<rect x="11" y="3" width="8" height="8" ${look}/>`;
      case "triangle": return `<polygon points="15,2 19.5,11 10.5,11" ${look}/>`;
      case "diamond": return `<polygon points="15,2 20,7 15,12 10,7" ${look}/>`;
      default: return `<circle cx="15" cy="7" r="4" ${look}/>`;
    }
  }

  function swatch(figure, series) {
    if (figure.kind === "bars") {
      return `<svg width="14" height="14"><rect width="14" height="14" fill="${series.color}"/></svg>`;
    }
    const line = figure.kind === "line" ? `<line x1="0" y1="7" x2="30" y2="7" stroke="${series.color}" ` +
      `stroke-width="1.8" stroke-dasharray="${series.dashes.join(" ")}"/>` : "";
    return `<svg width="30" height="14">${line}${markerShape(series)}</svg>`;
  }

  function fillLegend(chart, figure, legend) {
    if (figure.series.length < 2) return;
    figure.series.forEach((series, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.innerHTML = swatch(figure, series);
      button.append(series.name);
      button.addEventListener("click", () => {
        const visible = !chart.isDatasetVisible(i);
        chart.setDatasetVisibility(i, visible);
        chart.update();
        button.setAttribute("aria-pressed", String(visible));
      });
      legend.append(button);
    });
  }

  // ---- what was drawn

  function drawnSeries(chart, i) {
    const meta = chart.getDatasetMeta(i);
    const area = chart.chartArea;
    const series = { name: chart.data.datasets[i].label, points: [] };
    let outside = 0;
    meta.data.forEach((element, j) => {
      const parsed = meta.controller.getParsed(j);
      const given = chart.data.datasets[i].data[j];
      const point = { x: parsed.x, y: Number.isNaN(parsed.y) ? null : parsed.y };
      if (given !== null && given.low !== undefined) Object.assign(point, { low: given.low, high: given.high });
      series.points.push(point);
      if (point.y === null) return;
      const inside = element.x >= area.left - 1 && element.x <= area.right + 1 &&
        element.y >= area.top - 1 && element.y <= area.bottom + 1;
      if (!inside) outside += 1;
    });
    return { series: series, outside: outside };
  }

  function drawn(chart, figure) {
    const parts = figure.series.map((_, i) => drawnSeries(chart, i));
    return {
      id: figure.id,
      outside: parts.reduce((sum, part) => sum + part.outside, 0),
      series: parts.map((part) => part.series),
    };
  }

  function draw(figure) {
    const canvas = document.querySelector(`canvas[data-figure="${CSS.escape(figure.id)}"]`);
    const chart = new Chart(canvas, configuration(figure));
    fillLegend(chart, figure, canvas.parentElement.nextElementSibling);
    return chart;
  }

  const charts = figures.map(draw);
  const result = document.createElement("script");
  result.type = "application/json";
  result.id = "drawn";
  result.textContent = JSON.stringify(charts.map((chart, i) => drawn(chart, figures[i]))).replace(/</g, "\\u003c");
  document.body.append(result);

  // A canvas does not follow the paper's width by itself.
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
  window.addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));
})();
