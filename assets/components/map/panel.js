// How the map is made: what lies on it, how it is arranged, by which settings; what is lit on it; and taking it away.
const layoutField = find(".layout"), form = find(".settings"), waits = find(".waits"), finder = find(".finder"), takeField = find(".take");
const LAYOUTS = [["umap", "likeness"], ["grid", "likeness, on a grid"], ["time", "time"], ["columns", "two columns …"], ["own", "coordinates …"]];
const ACROSS = ["columns", "own"];

// What the server is sent: only what differs from the usual.
const asJson = (wanted) => Object.fromEntries(Object.entries(wanted).filter(([name, value]) => String(value) !== String(USUAL[name]) && (name !== "columns" || ACROSS.includes(wanted.layout)) && !(name === "aspect" && wanted.layout !== "grid")));
const gridded = () => { const { wide, high } = sized(); return +clamp(wide / Math.max(high, 1), 0.5, 3).toFixed(1); };
const pairs = [...element.querySelectorAll("[data-kind]")];
const numeric = () => map?.numbers || [];
const showSettings = () => {
  for (const button of pairs) button.setAttribute("aria-pressed", String(button.dataset.kind === settings.kind));
  const offered = LAYOUTS.filter(([name]) => name === settings.layout || !ACROSS.includes(name) || (settings.kind === "works" && (!map || numeric().length > 1)));
  layoutField.replaceChildren(...offered.map(([name, words]) => h("option", { value: name, selected: name === settings.layout }, words)));
  for (const name of ["neighbours", "min_dist", "metric"]) form.elements[name].value = settings[name];
  for (const [at1, name] of ["across", "down"].entries()) form.elements[name].replaceChildren(...numeric().map((each) => h("option", { value: each, selected: each === settings.columns[at1] }, each.replaceAll("_", " "))));
  sayNumbers();
  for (const label of form.querySelectorAll(".likeness")) label.hidden = ACROSS.includes(settings.layout);
  for (const label of form.querySelectorAll(".across")) label.hidden = !ACROSS.includes(settings.layout);
};
const sayNumbers = () => { for (const name of ["neighbours", "min_dist"]) form.elements[name].parentElement.querySelector("output").textContent = form.elements[name].value; };
form.addEventListener("input", sayNumbers);
const openForm = (on) => {
  form.hidden = !on;
  find(".more").setAttribute("aria-expanded", String(on));
  if (on) offerKept();
};
find(".more").addEventListener("click", () => openForm(form.hidden));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { neighbours, min_dist, metric, across, down: upwards } = form.elements;
  ask({ ...settings, neighbours: +neighbours.value, min_dist: +min_dist.value, metric: metric.value, ...(ACROSS.includes(settings.layout) ? { columns: [across.value, upwards.value] } : {}) });
});
form.addEventListener("click", (event) => {
  if (event.target.dataset.do === "usual") ask({ ...USUAL, kind: settings.kind, layout: ACROSS.includes(settings.layout) ? "umap" : settings.layout });
  if (event.target.dataset.do === "keep") window.Explorer.keep({ kind: "search", places: [] }, window.location.href, `Map: ${LAYOUTS.find(([name]) => name === settings.layout)[1]}`);
});
for (const button of pairs) button.addEventListener("click", () => { if (button.dataset.kind !== settings.kind) ask({ ...settings, kind: button.dataset.kind, layout: ACROSS.includes(settings.layout) ? "umap" : settings.layout }); });
layoutField.addEventListener("change", () => {
  const layout = layoutField.value, columns = ACROSS.includes(layout) ? (settings.columns[0] ? settings.columns : [numeric()[0], numeric()[1]]) : settings.columns;
  if (ACROSS.includes(layout)) openForm(true);
  ask({ ...settings, layout, columns, aspect: gridded() });
});
const keptField = find(".keptmaps select");
const offerKept = async () => {
  const answer = await askServer(server.kept_maps);
  find(".keptmaps").hidden = !answer.maps?.length;
  keptField.replaceChildren(h("option", { value: "" }, "choose …"), ...(answer.maps || []).map(({ name, address: kept }) => h("option", { value: kept }, name)));
};
keptField.addEventListener("change", () => { if (keptField.value) arrive(new URLSearchParams(keptField.value)); });

// -- asking for a map ------------------------------------------------------------------------------------------------
const PAUSE = 500;
let wish = 0; // the latest map that was wanted
const waitFor = (answer, wanted) => {
  waits.hidden = false;
  waits.querySelector("p").textContent = `${answer.stage} …`;
  const bar = waits.querySelector("progress");
  if (answer.of) { bar.max = answer.of; bar.value = answer.done; } else bar.removeAttribute("value");
  waits.querySelector("button").onclick = () => askServer(server.stop_map, { settings: asJson(wanted) });
};
const ask = async (wanted) => {
  const mine = (wish += 1), before = map ? settings : null;
  settings = wanted;
  showSettings();
  let shownAt = setTimeout(() => { if (mine === wish) waitFor({ stage: "Laying out the map" }, wanted); }, 400);
  for (;;) {
    const answer = await askServer(server.lay_map, { settings: asJson(wanted), known: map?.token || "" });
    if (mine !== wish) return clearTimeout(shownAt);
    if (answer.running) {
      waitFor(answer, wanted);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (mine !== wish) return clearTimeout(shownAt);
      continue;
    }
    clearTimeout(shownAt);
    waits.hidden = true;
    if (answer.error) {
      hint.textContent = answer.error;
      hint.classList.add("trouble");
      if (before) { settings = before; showSettings(); }
      return;
    }
    hint.classList.remove("trouble");
    if (map && answer.token === map.token) { Object.assign(map, answer); offerColumns(); showSettings(); return; }
    const bytes = await fetch(`${answer.address}/points`).then((got) => (got.ok ? got.arrayBuffer() : null), () => null);
    if (mine !== wish) return;
    if (!bytes) { hint.textContent = "The map did not arrive; open it again."; return; }
    return show(read(bytes, answer));
  }
};

// -- lighting up -----------------------------------------------------------------------------------------------------
const light = (points, { pins: made = [], say: words = "" } = {}) => {
  lit = points;
  pins = made;
  hint.textContent = words;
  for (const button of element.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", "false");
  if (!points && !made.length) finder.value = "";
  settle();
};
const pointsOf = (rows) => {
  const found = new Set(), wanted = new Set(rows);
  for (let point = 0; point < map.count; point += 1) if (wanted.has(map.work[point])) found.add(point);
  return found;
};
let sought = 0, typing = 0;
const search = async () => {
  const text = finder.value.trim(), mine = (sought += 1);
  if (!text) return light(null);
  const answer = await askServer(server.map_found, sent({ text }));
  if (mine !== sought || !map) return;
  if (answer.error) { hint.textContent = answer.error; return; }
  light(pointsOf(answer.rows), { say: answer.count ? `${number(answer.count)} ${answer.count === 1 ? "work has" : "works have"} this in the catalogue.` : "No work has this in the catalogue; try By meaning." });
};
finder.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(search, 250); });
const placeOnMap = async (asked, points = null) => {
  const mine = (sought += 1), answer = await askServer(server.map_placed, sent(asked));
  if (mine !== sought || !map) return false;
  if (answer.error) { hint.textContent = answer.error; hint.classList.add("trouble"); return false; }
  hint.classList.remove("trouble");
  const nearby = new Set(answer.near), pin = { xy: answer.xy, near: answer.near, called: answer.called };
  light(points ? new Set([...points, ...nearby]) : nearby, { pins: [pin], say: [`${shortened(answer.called)} lies here, with lines to the ${answer.near.length} that it is most like.`, answer.note].filter(Boolean).join(" ") });
  return true;
};
find(".find").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  const words = finder.value.trim();
  if (words) placeOnMap({ words });
});
const overlaps = (point, box) => {
  const own = boxOf(point), wide = Math.min(own[2], box[2]) - Math.max(own[0], box[0]), high = Math.min(own[3], box[3]) - Math.max(own[1], box[1]);
  return wide > 0 && high > 0 && wide * high > 0.5 * Math.min((own[2] - own[0]) * (own[3] - own[1]), (box[2] - box[0]) * (box[3] - box[1]));
};
const shows = {
  open: async () => {
    const opened = window.Explorer.opened;
    if (!opened?.key) { hint.textContent = "Open a work in Explore first."; return; }
    const row = [...map.rows.values()].find((work) => work.id === opened.key)?.row;
    return placeOnMap({ kind: opened.kind, key: opened.key, box: opened.box || null }, row === undefined ? null : pointsOf([row]));
  },
  results: async () => {
    const found = window.Explorer.found || [];
    if (!found.length) { hint.textContent = "Search in Explore first: its results can then be shown here."; return false; }
    const rows = new Map([...map.rows.values()].map((work) => [work.id, work.row])), places = found.filter(({ work }) => rows.has(work));
    const points = map.box
      ? new Set(places.flatMap(({ work, box }) => [...pointsOf([rows.get(work)])].filter((point) => !box || overlaps(point, box))))
      : pointsOf(places.map(({ work }) => rows.get(work)));
    light(points, { say: `The ${number(places.length)} places that were found, where they lie on the map.` });
    return true;
  },
};
find(".shows").addEventListener("click", async (event) => {
  const what = event.target.dataset.show;
  if (!what || !map) return;
  if (event.target.getAttribute("aria-pressed") === "true") return light(null);
  if (await shows[what]()) event.target.setAttribute("aria-pressed", "true");
});

// -- taken away ------------------------------------------------------------------------------------------------------
window.Explorer.takeAway(takeField, [["png", "a picture (PNG)"], ["svg", "a drawing (SVG)"], ["html", "one page to send (HTML)"], ["csv", "a table with coordinates (CSV)"]],
  (kind) => askServer(server.map_taken, sent({ as: kind })), (sentence, trouble) => { hint.textContent = sentence; hint.classList.toggle("trouble", Boolean(trouble)); });
