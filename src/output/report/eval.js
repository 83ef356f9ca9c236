const data = JSON.parse(document.getElementById("data").textContent);
const into = (id, ...parts) => document.getElementById(id).append(...parts);
const without = (id) => document.getElementById(id).remove();
const table = (head, rows) => {
  const box = make("table"), first = make("tr");
  first.append(...head.map((text) => make("th", text)));
  box.append(first);
  for (const row of rows) {
    const line = make("tr");
    line.append(...row.map((text) => make("td", text)));
    box.append(line);
  }
  return box;
};
const percent = (value) => `${value.toFixed(2)} %`;
const images = (number) => (number === 1 ? "1 image" : `${number} images`);
const span = (accuracy) => `${accuracy.interval[0].toFixed(2)} to ${accuracy.interval[1].toFixed(2)}`;
const names = new Map(data.classes.map((c) => [c.index, c.label || c.wnid || `class ${c.index}`]));
for (const pair of data.confusions) {
  names.set(pair.truth, pair.truth_label || `class ${pair.truth}`);
  names.set(pair.answer, pair.answer_label || `class ${pair.answer}`);
}
into("summary", table(["", "accuracy", "95 %"], [
  ["top-1", percent(data.top1.percent), span(data.top1)],
  ["top-5", percent(data.top5.percent), span(data.top5)],
  ...data.published.flatMap((p) => [[`published top-1 (${p.source})`, `${p.top1} %`, ""], [`published top-5 (${p.source})`, `${p.top5} %`, ""]]),
]));
into("facts", `${data.model.name}, ${images(data.images)} answered, ${data.failed} failed, ${data.images_per_second.toFixed(1)} images/s. ` +
  `Calibration error ${percent(data.calibration.expected_error * 100)} at temperature ${data.temperature.toFixed(3)} ` +
  `(${percent(data.calibration.expected_error_by_chance * 100)} is chance with so many images), ` +
  `and ${percent(data.calibration.expected_error_at_temperature * 100)} at ${data.calibration.temperature.toFixed(3)}, ` +
  `the temperature that fits these images best.`);

// Plots: a square of 360 with room for labels on the left and below.
const SIDE = 360, LEFT = 64, BELOW = 44, TOP = 8;
const sample = make("template");
sample.innerHTML = "<svg></svg>";
const SVG = sample.content.firstChild.namespaceURI; // no address stands in the page
const shape = (tag, attributes, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
const plot = (id, label, across, up, ...shapes) => {
  const svg = shape("svg", { viewBox: `0 0 ${LEFT + SIDE + 14} ${TOP + SIDE + BELOW}`, role: "img", "aria-label": label });
  const field = shape("g", { transform: `translate(${LEFT} ${TOP})` });
  for (const tick of across.ticks) {
    const x = tick.at * SIDE;
    if (across.grid) field.append(shape("line", { x1: x, x2: x, y1: 0, y2: SIDE, class: "grid" }));
    field.append(shape("text", { x, y: SIDE + 17, "text-anchor": "middle" }, tick.text));
  }
  for (const tick of up.ticks) {
    const y = SIDE * (1 - tick.at);
    if (up.grid) field.append(shape("line", { x1: 0, x2: SIDE, y1: y, y2: y, class: "grid" }));
    field.append(shape("text", { x: -6, y: y + 4, "text-anchor": "end" }, tick.text));
  }
  field.append(...shapes, shape("rect", { width: SIDE, height: SIDE, class: "axis" }));
  field.append(shape("text", { x: SIDE / 2, y: SIDE + 37, "text-anchor": "middle" }, across.name));
  field.append(shape("text", { transform: `translate(-50 ${SIDE / 2}) rotate(-90)`, "text-anchor": "middle" }, up.name));
  svg.append(field);
  into(id, svg);
};
const parts = (digits) => [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: at.toFixed(digits) }));
const shares = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: `${at * 100} %` }));
const bar = (x, low, high, width, fill, title) => {
  const element = shape("rect", { x: x * SIDE + 1, y: SIDE * (1 - high), width: width * SIDE - 2, height: SIDE * (high - low), fill });
  element.append(shape("title", {}, title));
  return element;
};
if (data.images > 0) {
  const bins = data.calibration.bins, width = 1 / bins.length;
  plot("reliability", "accuracy by probability", { name: "probability of the answer", ticks: parts(2), grid: true },
    { name: "accuracy", ticks: shares, grid: true },
    ...bins.flatMap((bin, place) => {
      if (bin.images === 0) return [];
      const low = Math.min(bin.accuracy, bin.confidence), high = Math.max(bin.accuracy, bin.confidence);
      const title = `${images(bin.images)}: accuracy ${percent(bin.accuracy * 100)}, mean probability ${percent(bin.confidence * 100)}`;
      return [bar(place * width, 0, bin.accuracy, width, "var(--bar)", title), bar(place * width, low, high, width, "#c0392b99", title)];
    }),
    shape("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, stroke: "#888", "stroke-dasharray": "4 4" }));
} else without("calibrated");
if (data.selective) {
  const points = data.selective_curve, x = (row) => (row.rollup * SIDE).toFixed(1), y = (value) => (SIDE * (1 - value / 100)).toFixed(1);
  const area = (fill, low, high) => shape("polygon", { fill, points: [
    ...points.map((row) => `${x(row)},${y(high(row))}`), ...[...points].reverse().map((row) => `${x(row)},${y(low(row))}`)].join(" ") });
  const precise = points.filter((row) => row.answered.precision !== null);
  plot("selective", "kinds of answers by P", { name: "P of --rollup", ticks: parts(2) }, { name: "share of images, precision", ticks: shares },
    area("var(--bar)", () => 0, (row) => row.class.percent),
    area("var(--group)", (row) => row.class.percent, (row) => row.answered.percent),
    area("#8884", (row) => row.answered.percent, () => 100),
    shape("polyline", { fill: "none", stroke: "currentColor", "stroke-width": 2.5, points: precise.map((row) => `${x(row)},${y(row.answered.precision)}`).join(" ") }));
  const cell = (share) => `${percent(share.percent)}, right: ${share.precision === null ? "-" : percent(share.precision)}`;
  into("figures", table(["P", "class", "group", "either", "unknown"], data.selective.map((row) =>
    [row.rollup, cell(row.class), cell(row.group), cell(row.answered), percent(row.unknown_percent)])));
} else without("rolled");
const order = [...names.keys()].sort((a, b) => a - b), place = new Map(order.map((c, i) => [c, i]));
if (order.length > 1) {
  const cell = SIDE / order.length, size = new Map(data.classes.map((c) => [c.index, c.images]));
  const dot = (truth, answer, share, fill, count) => {
    const element = shape("rect", { x: place.get(answer) * cell, y: place.get(truth) * cell, width: Math.max(cell, 1.5), height: Math.max(cell, 1.5),
      fill, "fill-opacity": Math.min(1, 0.15 + 0.85 * share) });
    element.append(shape("title", {}, `${names.get(truth)} taken for ${names.get(answer)}: ${images(count)}`));
    return element;
  };
  // Numbers of classes where there is room for no names.
  const step = Math.ceil(order.length / 8);
  const ticks = order.flatMap((index, i) => (i % step ? [] : [{ at: (i + 0.5) / order.length, text: String(index) }]));
  plot("confusion", "what was said by what images show", { name: "class that was said", ticks },
    { name: "class that images show", ticks: ticks.map((tick) => ({ ...tick, at: 1 - tick.at })) },
    ...data.classes.filter((c) => c.top1.right).map((c) => dot(c.index, c.index, c.top1.right / c.images, "var(--bar)", c.top1.right)),
    ...data.confusions.map((p) => dot(p.truth, p.answer, p.images / size.get(p.truth), "#c0392b", p.images)));
} else without("confused");
if (data.confusions.length > 0) {
  into("pairs", table(["is", "taken for", "images"], data.confusions.slice(0, 100).map((p) => [names.get(p.truth), names.get(p.answer), p.images])));
} else without("mistaken");
if (data.classes.length > 0) {
  into("classes", table(["class", "images", "top-1", "top-5"], [...data.classes].sort((a, b) => a.top1.percent - b.top1.percent)
    .map((c) => [names.get(c.index), c.images, percent(c.top1.percent), percent(c.top5.percent)])));
} else without("by-class");
if (data.mistakes.length === 0) without("worst");
for (const mistake of data.mistakes) {
  const box = photoCard(mistake);
  box.append(make("div", `is ${mistake.truth}`), make("div", `taken for ${mistake.answer}, ${percent(mistake.probability * 100)}`, "bad"));
  into("mistakes", box);
}
