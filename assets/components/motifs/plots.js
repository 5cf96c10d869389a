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
// Of all instances, the same each time: it waits for their pictures, in sight or not.
const mean = async () => {
  const of = motif, canvas = $(".mean canvas"), drawing = canvas.getContext("2d");
  const there = of.instances.filter((each) => each.box).slice(0, MOST);
  if (there.length < 2) { $(".mean").hidden = true; return; }
  const details = await ask(server.details, { places: there.map(({ work, box }) => ({ work, box })) });
  const images = await Promise.all((Array.isArray(details) ? details : []).map(loaded));
  if (of !== motif) return;
  const ready = images.flatMap((found, index) => (found ? [{ each: there[index], ...found }] : []));
  $(".mean").hidden = ready.length < 2;
  canvas.width = WIDE;
  canvas.height = Math.round(WIDE / of.aspect);
  ready.forEach(({ each, image, inside }, index) => {
    const { width, x, y } = laid(each, inside), wide = width * WIDE, high = wide * image.naturalHeight / image.naturalWidth;
    drawing.setTransform(1, 0, 0, 1, canvas.width / 2, canvas.height / 2);
    drawing.scale(each.mirror ? -1 : 1, 1);
    drawing.rotate(each.turn * Math.PI / 180);
    drawing.globalAlpha = 1 / (index + 1);
    drawing.drawImage(image, -x * wide, -y * high, wide, high);
  });
  const all = of.instances.length > ready.length ? ` of ${number(of.instances.length)}` : "";
  $(".mean figcaption").textContent = `The mean of ${all ? `${number(ready.length)}${all} instances` : counted(ready.length, "instance")}, laid over one another: what is sharp is common to them.`;
};
