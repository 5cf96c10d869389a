// -- dates and sizes as dots on a line, and the mean of all instances -------------------------------------------------
const DOTS = 26; // places on the line: what falls into one is stacked
const plot = (where, entries, at, label) => {
  const section = $(where), all = entries.map(at), low = Math.min(...all), high = Math.max(...all);
  section.hidden = !entries.length;
  if (!entries.length) return;
  const stacks = new Map();
  const dots = entries.map((entry) => {
    const share = high > low ? (at(entry) - low) / (high - low) : 0.5, place = Math.round(share * DOTS);
    const level = stacks.get(place) || 0;
    stacks.set(place, level + 1);
    return h("button", {
      type: "button", class: "dot", title: `${entry.title}\n${[byline(entry), label(at(entry), entry)].filter(Boolean).join("\n")}`,
      "aria-label": `${entry.title}: ${label(at(entry), entry)}`, style: { left: `${100 * place / DOTS}%`, bottom: `${level * 11}px` },
      on: { click: () => toInstance(entry.work), pointerenter: () => lit(entry.work, true), pointerleave: () => lit(entry.work, false) },
    });
  });
  const tall = Math.max(...stacks.values());
  section.querySelector(".plot").replaceChildren(h("div", { class: "dots", style: { height: `${Math.max(tall * 11, 16)}px` } }, dots),
    h("p", { class: "ends" }, h("span", {}, label(low)), high > low && h("span", {}, label(high))));
};
const ofWork = (work) => [...instances.children].filter((made) => made.each.work === work);
const lit = (work, on) => { for (const made of ofWork(work)) made.classList.toggle("lit", on); };
const toInstance = (work) => {
  const [made] = ofWork(work);
  made?.scrollIntoView({ block: "center", behavior: "smooth" });
  made?.querySelector(".follow").focus({ preventScroll: true });
};
const plots = () => {
  plot(".dates", motif.dated, (entry) => (entry.start + entry.end) / 2, (year, entry) => entry?.date || String(Math.round(year)));
  plot(".sizes", motif.sizes, (entry) => Math.log(entry.cm), (log, entry) => `${Number((entry?.cm ?? Math.exp(log)).toPrecision(2))} cm`);
  const cm = motif.sizes.map((entry) => entry.cm), apart = cm.length ? Math.max(...cm) / Math.min(...cm) : 1;
  $(".sizes .why").textContent = [
    !cm.length ? "" : apart <= 1.05 ? "Its longer side; all are of one size, as a cartoon traced for all would give." : `Its longer side; the largest is ${apart.toPrecision(2)} times the smallest.`,
    motif.sizes.some((entry) => !entry.fits) ? "Some measurements in the catalogue do not fit the photographs." : "",
  ].filter(Boolean).join(" ");
};

const MOST = 40, WIDE = 320;
const loaded = (found) => new Promise((resolve) => {
  if (!found) return resolve(null);
  const image = new Image();
  image.onload = () => resolve({ image, inside: found.box });
  image.onerror = () => resolve(null);
  image.src = found.url;
});
const into = (drawing, { each, image, inside }) => { // an instance in the pose of all, as wide as the canvas
  const { width, x, y } = laid(each, inside), wide = width * drawing.canvas.width, high = wide * image.naturalHeight / image.naturalWidth;
  drawing.setTransform(1, 0, 0, 1, drawing.canvas.width / 2, drawing.canvas.height / 2);
  drawing.scale(each.mirror ? -1 : 1, 1);
  drawing.rotate(each.turn * Math.PI / 180);
  drawing.drawImage(image, -x * wide, -y * high, wide, high);
};
// Of all instances whose position is known, the same each time: it waits for their pictures, in sight or not.
let averaged = []; // what the mean is of: {each, image, inside}
const mean = async () => {
  const of = motif, canvas = $(".mean canvas"), drawing = canvas.getContext("2d");
  const there = of.instances.filter((each) => each.box && each.transform).slice(0, MOST);
  averaged = [];
  if (there.length < 2) { $(".mean").hidden = true; return; }
  const details = await ask(server.details, { places: there.map(({ work, box }) => ({ work, box })) });
  const images = await Promise.all((Array.isArray(details) ? details : []).map(loaded));
  if (of !== motif) return;
  averaged = images.flatMap((found, index) => (found ? [{ each: there[index], ...found }] : []));
  $(".mean").hidden = averaged.length < 2;
  Object.assign(canvas, { width: WIDE, height: Math.round(WIDE / of.aspect) });
  averaged.forEach((one, index) => {
    drawing.globalAlpha = 1 / (index + 1);
    into(drawing, one);
  });
  const all = of.instances.length > averaged.length ? ` of ${number(of.instances.length)}` : "";
  $(".mean figcaption").textContent = `The mean of ${all ? `${number(averaged.length)}${all} instances` : counted(averaged.length, "instance")}, laid over one another: what is sharp is common to them.`;
  showApart();
};
// Where each instance differs from the others: from the median of their light and dark, brought to one contrast, since
// they may be in other media. Shown over its tile, in colour from a good part of a standard deviation on.
const NARROW = 88, ALIKE = 0.8, UNLIKE = 2.2;
const tones = (canvas, one) => { // light and dark, of mean 0 and deviation 1; NaN where its picture ends
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.setTransform(1, 0, 0, 1, 0, 0);
  drawing.clearRect(0, 0, canvas.width, canvas.height);
  into(drawing, one);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height), light = new Float32Array(data.length / 4);
  light.forEach((_, at) => { light[at] = data[4 * at + 3] > 250 ? 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2] : NaN; });
  const seen = light.filter((value) => !Number.isNaN(value)), mean = seen.reduce((sum, value) => sum + value, 0) / Math.max(seen.length, 1);
  const spread = Math.sqrt(Math.max(seen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(seen.length, 1), 1));
  return light.map((value) => (value - mean) / spread);
};
const median = (values) => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2; // NaN of none
};
const blank = () => Object.assign(h("canvas", { class: "apart", "aria-hidden": "true" }), { width: NARROW, height: Math.max(1, Math.round(NARROW / motif.aspect)) });
const apart = (own, others) => {
  const canvas = blank(), drawing = canvas.getContext("2d"), colours = drawing.createImageData(canvas.width, canvas.height);
  own.forEach((value, at) => {
    const far = Math.abs(value - median(others.map((other) => other[at])));
    colours.data.set([240, 120, 31, Math.round(215 * (Math.min(Math.max((far - ALIKE) / (UNLIKE - ALIKE), 0), 1) || 0))], 4 * at);
  });
  drawing.putImageData(colours, 0, 0);
  return canvas;
};
const showApart = () => {
  for (const shown of instances.querySelectorAll("canvas.apart")) shown.remove();
  if (!$(".mean input").checked) return;
  const toned = averaged.map((one) => ({ of: key(one.each), light: tones(blank(), one) }));
  for (const made of instances.children) {
    const own = toned.find(({ of }) => of === key(made.each));
    if (own) made.querySelector(".tile").append(apart(own.light, toned.filter((other) => other !== own).map(({ light }) => light)));
  }
};
$(".mean input").addEventListener("change", showApart);
