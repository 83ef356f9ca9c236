"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const make = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
};
const into = (id, ...parts) => document.getElementById(id).append(...parts);
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
into("facts", `${data.model.name}, ${data.images} images answered, ${data.failed} failed, ${data.images_per_second.toFixed(1)} images/s. ` +
  `Calibration error ${percent(data.calibration.expected_error * 100)} at temperature ${data.temperature.toFixed(3)}, ` +
  `at the best one for these images, ` +
  `${data.calibration.temperature.toFixed(3)}: ${percent(data.calibration.expected_error_at_temperature * 100)}.`);
const draw = (id, side, paint) => {
  const canvas = document.getElementById(id);
  canvas.width = canvas.height = side;
  paint(canvas.getContext("2d"), side);
};
draw("reliability", 360, (pen, side) => {
  const bins = data.calibration.bins, width = side / bins.length;
  bins.forEach((bin, place) => {
    pen.fillStyle = "#3a7bd5";
    pen.fillRect(place * width + 1, side * (1 - bin.accuracy), width - 2, side * bin.accuracy);
    if (bin.images === 0) return;
    pen.fillStyle = "#c0392b88";
    const low = Math.min(bin.accuracy, bin.confidence), high = Math.max(bin.accuracy, bin.confidence);
    pen.fillRect(place * width + 1, side * (1 - high), width - 2, side * (high - low));
  });
  pen.strokeStyle = "#888";
  pen.beginPath(); pen.moveTo(0, side); pen.lineTo(side, 0); pen.stroke();
});
if (data.selective) {
  draw("selective", 360, (pen, side) => {
    const points = data.selective_curve, x = (row) => row.rollup * side, y = (value) => side * (1 - value / 100);
    const area = (colour, low, high) => {
      pen.fillStyle = colour;
      pen.beginPath();
      points.forEach((row) => pen.lineTo(x(row), y(high(row))));
      [...points].reverse().forEach((row) => pen.lineTo(x(row), y(low(row))));
      pen.fill();
    };
    area("#3a7bd5", () => 0, (row) => row.class.percent);
    area("#e08a2e", (row) => row.class.percent, (row) => row.answered.percent);
    area("#8884", (row) => row.answered.percent, () => 100);
    pen.strokeStyle = "#c0392b";
    pen.lineWidth = 2;
    pen.beginPath();
    for (const row of points) if (row.answered.precision !== null) pen.lineTo(x(row), y(row.answered.precision));
    pen.stroke();
  });
  const cell = (share) => `${percent(share.percent)}, right: ${share.precision === null ? "-" : percent(share.precision)}`;
  into("figures", table(["P", "class", "group", "either", "unknown"], data.selective.map((row) =>
    [row.rollup, cell(row.class), cell(row.group), cell(row.answered), percent(row.unknown_percent)])));
} else document.getElementById("rolled").remove();
const order = [...names.keys()].sort((a, b) => a - b), place = new Map(order.map((c, i) => [c, i]));
const cell = Math.max(1, Math.floor(560 / order.length));
draw("confusion", cell * Math.max(order.length, 1), (pen, side) => {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  const dot = (truth, answer, share, colour) => {
    pen.globalAlpha = Math.min(1, 0.15 + 0.85 * share);
    pen.fillStyle = colour;
    pen.fillRect(place.get(answer) * cell, place.get(truth) * cell, cell, cell);
  };
  const size = new Map(data.classes.map((c) => [c.index, c.images]));
  for (const c of data.classes) if (c.top1.right) dot(c.index, c.index, c.top1.right / c.images, "#3a7bd5");
  for (const p of data.confusions) dot(p.truth, p.answer, p.images / size.get(p.truth), "#c0392b");
});
document.getElementById("confusion").addEventListener("mousemove", (event) => {
  const box = event.target.getBoundingClientRect(), scale = event.target.width / box.width / cell;
  const answer = order[Math.floor((event.clientX - box.left) * scale)], truth = order[Math.floor((event.clientY - box.top) * scale)];
  if (names.has(truth) && names.has(answer)) document.getElementById("cell").textContent = `${names.get(truth)} taken for ${names.get(answer)}`;
});
into("pairs", table(["images", "is", "taken for"], data.confusions.slice(0, 100).map((p) => [p.images, names.get(p.truth), names.get(p.answer)])));
into("classes", table(["class", "images", "top-1", "top-5"], [...data.classes].sort((a, b) => a.top1.percent - b.top1.percent)
  .map((c) => [names.get(c.index), c.images, percent(c.top1.percent), percent(c.top5.percent)])));
for (const mistake of data.mistakes) {
  const box = make("div", undefined, "card");
  if (mistake.thumbnail) {
    const image = make("img");
    image.alt = "";
    image.src = "data:image/jpeg;base64," + mistake.thumbnail;
    box.append(image);
  }
  box.append(make("div", mistake.path, "path"), make("div", `is ${mistake.truth}`),
    make("div", `taken for ${mistake.answer}, ${percent(mistake.probability * 100)}`, "bad"));
  into("mistakes", box);
}
