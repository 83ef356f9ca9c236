const records = JSON.parse(document.getElementById("data").textContent);
const best = (record) => (record.predictions && record.predictions[0]) || { score: -Infinity, label: "" };
const called = (prediction) => prediction.label === null ? `class ${prediction.index}` : prediction.label;
for (const record of records) {
  const names = (record.predictions || []).map((p) => `${called(p)} ${p.wnid || ""}`);
  if (record.group) names.push(`${record.group.label} ${record.group.wnid || ""}`);
  record.text = [record.path, ...names, record.error ? record.error.kind : ""].join("\n").toLowerCase();
}
const orders = {
  input: (a, b) => a.seq - b.seq,
  path: (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  label: (a, b) => (called(best(a)) < called(best(b)) ? -1 : called(best(a)) > called(best(b)) ? 1 : 0),
  sure: (a, b) => best(b).score - best(a).score || a.seq - b.seq,
  unsure: (a, b) => best(a).score - best(b).score || a.seq - b.seq,
};
const cards = document.getElementById("cards");
const card = (record) => {
  const box = photoCard(record);
  if (record.error) box.append(make("div", `${record.error.kind}: ${record.error.message}`, "bad"));
  for (const prediction of record.predictions || []) {
    const row = make("div", undefined, "row");
    const bar = make("i");
    const share = Math.min(Math.max(prediction.score, 0), 1);
    if (PROBABILITIES) bar.style.width = `${share * 100}%`;
    const score = PROBABILITIES ? `${(prediction.score * 100).toFixed(2)} %` : prediction.score.toFixed(3);
    row.append(bar, make("span", called(prediction)), make("span", score));
    box.append(row);
  }
  if (record.group !== undefined) {
    const group = record.group, row = make("div", undefined, "row group");
    row.append(make("span", `group: ${group ? group.label.replaceAll("_", " ") : "unknown"}`));
    if (group) row.append(make("span", `${(group.score * 100).toFixed(2)} %`));
    box.append(row);
  }
  return box;
};
let shown = [], drawn = 0;
const PAGE = 120;
const more = () => {
  const part = document.createDocumentFragment();
  for (const record of shown.slice(drawn, drawn + PAGE)) part.append(card(record));
  drawn = Math.min(drawn + PAGE, shown.length);
  cards.append(part);
};
const show = () => {
  const words = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = records.filter((record) => words.every((word) => record.text.includes(word)));
  shown.sort(orders[document.getElementById("order").value]);
  document.getElementById("count").textContent = `${shown.length} of ${records.length} ${records.length === 1 ? "image" : "images"}`;
  cards.replaceChildren();
  drawn = 0;
  more();
};
document.getElementById("search").addEventListener("input", show);
document.getElementById("order").addEventListener("change", show);
new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting) && drawn < shown.length) more();
}, { rootMargin: "800px" }).observe(document.getElementById("end"));
show();
