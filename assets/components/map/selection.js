// What is chosen on the map, and what can be done with it.
const strip = find(".chosen"), listed = find(".listed ul");
const STRIP = 60, LISTED = 200;

const setChosen = (next) => {
  chosen = next;
  showChosen();
  if (!map) return;
  painter.pictures();
  redraw();
};
const sent = (more = {}) => ({ settings: asJson(settings), ...more });
const ofChosen = (what, more = {}) => askServer(server.map_chosen_points, sent({ do: what, points: [...chosen], ...more }));
const said = h("p", { class: "said", role: "status" }), say = window.Explorer.sayingIn(said);

const scope = async () => {
  const answer = await ofChosen("scope");
  if (answer.error) return say(answer.error, true);
  const others = window.Explorer.limits.filter((limit) => !limit.startsWith("these:"));
  document.dispatchEvent(new CustomEvent("explorer:limit", { detail: { limits: [...others, answer.limit] } }));
  say(`Searches keep to ${answer.count === 1 ? "this work" : `these ${number(answer.count)} works`} from now on; Explore lists them.`);
};
const keepSet = async () => {
  const field = strip.querySelector(".setname");
  if (field.hidden) { field.hidden = false; return field.focus(); }
  const answer = await ofChosen("set", { name: field.value.trim() });
  if (answer.error) return say(answer.error, true);
  field.hidden = true;
  document.dispatchEvent(new CustomEvent("explorer:bookmarks-changed"));
  say(`${answer.count === 1 ? "1 bookmark was" : `${number(answer.count)} bookmarks were`} kept as a set.`);
};
const takeChosen = async (kind) => {
  say("The file is being made …");
  const answer = await askServer(server.map_taken, sent({ as: kind, points: [...chosen] }));
  if (answer.error) return say(answer.error, true);
  window.Explorer.saved(answer);
  say([`${answer.name} was made.`, ...answer.notes].join(" "));
};
const heat = async () => {
  const figure = strip.querySelector(".heat");
  if (figure) return figure.remove();
  const answer = await ofChosen("heat");
  if (answer.error) return say(answer.error, true);
  strip.append(heatFigure(answer));
};
// All canvases drawn as one: the darker, the more of the chosen details cover the place.
const heatFigure = ({ share, times, count }) => {
  const side = 168, sheet = h("canvas", { width: side, height: side, role: "img", "aria-label": `Where on the canvas the ${number(count)} chosen details sit` }), draws = sheet.getContext("2d");
  const cell = side / share.length, most = Math.max(...share.flat(), 1e-9), [low, high] = [rgb("--surface"), rgb("--ramp-high")];
  share.forEach((line, row) => line.forEach((value, at1) => {
    draws.fillStyle = `rgb(${mixed(low, high, value / most).join(" ")})`;
    draws.fillRect(at1 * cell, row * cell, cell + 1, cell + 1);
  }));
  const flat = (times || share).flat(), best = flat.indexOf(Math.max(...flat)), rows = share.length;
  const where = [["at the top", "in the middle", "at the bottom"][Math.floor(3 * Math.floor(best / rows) / rows)], ["left", "", "right"][Math.floor(3 * (best % rows) / rows)]].filter(Boolean).join(", ");
  const said = count < 5 ? "" : ` Against all details of this map they are most often ${where}${times ? `: ${flat[best].toFixed(1)} times as often` : ""}.`;
  return h("figure", { class: "heat" }, sheet, h("figcaption", {}, `All canvases as one: where the ${count === 1 ? "chosen detail sits" : `${number(count)} chosen details sit`}.${said}`));
};
const ACTIONS = [["Search among these", scope], ["Keep as a set …", keepSet], ["CSV", () => takeChosen("csv")], ["ZIP of pictures", () => takeChosen("zip")]];
const showChosen = () => {
  strip.hidden = !chosen.size;
  if (!chosen.size) { strip.replaceChildren(); return; }
  const points = [...chosen], works = new Set(points.map((point) => map.work[point])), details = Boolean(map.box);
  const count = details ? `${number(points.length)} ${points.length === 1 ? "detail" : "details"} of ${number(works.size)} ${works.size === 1 ? "work" : "works"}` : `${number(points.length)} ${points.length === 1 ? "work" : "works"} chosen`;
  const tile = (point) => {
    const work = workOf(point);
    return work && h("li", {}, h("button", { type: "button", title: [work.title || work.id, byline(work)].filter(Boolean).join("\n"), "aria-label": `Open ${work.title || work.id}`, on: { click: () => open(point), mouseenter: () => { here = point; redraw(); }, mouseleave: () => { here = -1; redraw(); } } },
      h("span", { class: "frame" }, picture(server, work.id, { box: boxOf(point)?.map((side) => +side.toFixed(4)) }))));
  };
  const name = h("input", { type: "text", class: "setname", hidden: true, placeholder: "name of the set", "aria-label": "Name of the set", on: { keydown: (event) => { if (event.key === "Enter") keepSet(); } } });
  strip.replaceChildren(h("div", { class: "deeds" }, h("strong", {}, count), ...ACTIONS.map(([words, run]) => h("button", { type: "button", on: { click: run } }, words)), name,
    details && h("button", { type: "button", on: { click: heat } }, "Where on the canvas"), h("button", { type: "button", class: "quiet", on: { click: () => setChosen(new Set()) } }, "Let go"), said),
  h("ul", { class: "tiles" }, points.slice(0, STRIP).map(tile), points.length > STRIP && h("li", { class: "rest" }, `and ${number(points.length - STRIP)} more`)));
};

// -- the same as a list: what is lit, else what is in sight -----------------------------------------------------------
const listPoints = () => {
  if (!find(".listed").open || !map) return;
  const { wide, high } = sized(), found = [];
  for (let rank = 0; rank < map.count && found.length < LISTED; rank += 1) {
    const point = map.order[rank], { x, y } = at(point);
    if (lit ? lit.has(point) : x >= 0 && y >= 0 && x <= wide && y <= high) found.push(point);
  }
  listed.replaceChildren(...found.map((point) => {
    const work = workOf(point);
    return work ? h("li", {}, h("button", { type: "button", class: "quiet", on: { click: () => open(point) } }, [work.title || work.id, byline(work)].filter(Boolean).join(", "))) : "";
  }).filter(Boolean));
};
find(".listed").addEventListener("toggle", listPoints);
