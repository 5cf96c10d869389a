const { h, svg, picture, byline, comparisons, inCollection, ready } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const table = $(".lighttable"), account = $(".account"), wait = $(".wait"), rod = $(".rod"), hand = $(".hand");
const MODES = ["side", "curtain", "opacity", "blink", "difference"], SIDES = ["first", "second"];
const LEAST = 0.3, DEEPEST = 24, MOST_POINTS = 8;
const part = (kind, name) => $(`${kind}[data-side=${name}]`);
const panes = { first: part(".pane", "first"), second: part(".pane", "second") };
const images = { first: panes.first.querySelector("img"), second: panes.second.querySelector("img") };
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

let value = {};
const still = () => ({ zoom: 1, x: 0, y: 0 }); // x, y: where the middle lies, in sides of the whole first picture
let view = still(), own = { first: still(), second: still() }; // while points are set each picture moves by itself
let mode = "side", flipped = false, dots = false, curtain = 50, blinking = null;
let points = null; // by hand: [{side, at}], in the order of the clicks; null while none are set
// By a link or the browser's Back: the address is corrected, not added to the history.
let arriving = new URLSearchParams(window.location.search).has("compare");
const decorations = []; // what other scripts draw on a picture: (side, map from its fractions to its pane) -> shapes
let answered = false; // until then the address is what was asked for, and is left alone
let awaiting = false; // something else is on its way here from the results

// -- projective maps, nine numbers row by row -------------------------------------------------------------------
const times = (a, b) => [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c]));
const inverse = ([a, b, c, d, e, f, g, k, i]) => {
  const cofactors = [e * i - f * k, c * k - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * k - e * g, b * g - a * k, a * e - b * d];
  const determinant = a * cofactors[0] + b * cofactors[3] + c * cofactors[6];
  return cofactors.map((entry) => entry / determinant);
};
const moved = (m, [x, y]) => {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
};
const css = (m) => `matrix3d(${[m[0], m[3], 0, m[6], m[1], m[4], 0, m[7], 0, 0, 1, 0, m[2], m[5], 0, m[8]].join()})`;

// -- where the pictures lie -------------------------------------------------------------------------------------
const registered = () => Boolean(value.matrix) && !points;
const fitted = (name) => {
  const pad = 12, size = value[name], pane = panes[name];
  const factor = Math.min((pane.clientWidth - 2 * pad) / size.width, (pane.clientHeight - 2 * pad) / size.height);
  return { width: Math.max(1, size.width * factor), height: Math.max(1, size.height * factor) };
};
const viewOf = (name) => (points ? own[name] : view);
// From fractions of a picture, lying by itself, to pixels of its pane.
const alone = (name, reversed) => {
  const fit = fitted(name), base = fitted("first"), now = viewOf(name), pane = panes[name];
  const width = fit.width * now.zoom, height = fit.height * now.zoom;
  const left = pane.clientWidth / 2 + now.x * base.width - width / 2, top = pane.clientHeight / 2 + now.y * base.height - height / 2;
  return reversed ? [-width, 0, left + width, 0, height, top, 0, 0, 1] : [width, 0, left, 0, height, top, 0, 0, 1];
};
const frame = (name) => {
  if (name === "first") return alone("first", flipped);
  return registered() ? times(alone("first", flipped), inverse(value.matrix)) : alone("second", false);
};
// Wide pictures lie one above the other where they are larger so.
const stack = () => {
  const { width, height } = value.first, room = [table.clientWidth, table.clientHeight];
  const beside = Math.min(room[0] / 2 / width, room[1] / height), above = Math.min(room[0] / width, room[1] / 2 / height);
  table.classList.toggle("stacked", above > 1.05 * beside);
};
const lay = () => {
  if (!value.first || !value.second || !table.clientWidth) return;
  stack();
  for (const name of SIDES) {
    const image = images[name], size = [image.naturalWidth || value[name].width, image.naturalHeight || value[name].height];
    Object.assign(image.style, { width: size[0] + "px", height: size[1] + "px" });
    image.style.transform = css(times(frame(name), [1 / size[0], 0, 0, 0, 1 / size[1], 0, 0, 0, 1]));
    draw(name);
  }
  rod.hidden = mode !== "curtain";
  rod.style.left = curtain + "%";
  rod.setAttribute("aria-valuenow", String(Math.round(curtain)));
  panes.second.style.clipPath = mode === "curtain" ? `inset(0 0 0 ${curtain}%)` : "";
  images.second.style.opacity = mode === "opacity" ? Number($("[data-for=opacity] input").value) / 100 : "";
};
const draw = (name, twin = null) => {
  const m = frame(name), shapes = [], box = value.near?.[name];
  if (box) {
    const corners = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]];
    shapes.push(svg("polygon", { points: corners.map((corner) => moved(m, corner).join()).join(" ") }));
  }
  if (dots && !points) for (const four of value.places || []) {
    const [x, y] = moved(m, name === "first" ? four.slice(0, 2) : four.slice(2));
    shapes.push(svg("circle", { class: "dot", cx: x, cy: y, r: 3.5 }));
  }
  (points || []).filter((point) => point.side === name).forEach((point, index) => {
    const [x, y] = moved(m, point.at), number = svg("text", { x, y });
    number.textContent = String(index + 1);
    shapes.push(svg("g", { class: "point" }, svg("circle", { cx: x, cy: y, r: 10 }), number));
  });
  for (const decorate of decorations) shapes.push(...decorate(name, m));
  if (twin) shapes.push(svg("circle", { class: "twin", cx: twin[0], cy: twin[1], r: 9 }), svg("circle", { class: "twin", cx: twin[0], cy: twin[1], r: 1 }));
  panes[name].querySelector(".over").replaceChildren(...shapes);
};
const zoomBy = (factor, name = "first", at = null) => {
  const now = viewOf(name), base = fitted("first"), pane = panes[name];
  const middle = at ? [(at[0] - pane.clientWidth / 2) / base.width, (at[1] - pane.clientHeight / 2) / base.height] : [0, 0];
  const zoom = clamp(now.zoom * factor, LEAST, DEEPEST), ratio = zoom / now.zoom;
  now.x = middle[0] - (middle[0] - now.x) * ratio;
  now.y = middle[1] - (middle[1] - now.y) * ratio;
  now.zoom = zoom;
  panBy(0, 0, name);
};
const panBy = (x, y, name = "first") => {
  const now = viewOf(name), base = fitted("first"), far = 1.2 * now.zoom + 0.5;
  now.x = clamp(now.x + x / base.width, -far, far);
  now.y = clamp(now.y + y / base.height, -far, far);
  lay();
};
const fit = () => {
  view = still();
  own = { first: still(), second: still() };
  lay();
};
const zoomOnto = (box) => {
  const base = fitted("first"), pane = panes.first;
  const side = Math.max((box[2] - box[0]) * base.width / pane.clientWidth, (box[3] - box[1]) * base.height / pane.clientHeight);
  const zoom = clamp(0.4 / side, 1, 8);
  view = { zoom, x: (flipped ? 1 : -1) * ((box[0] + box[2]) / 2 - 0.5) * zoom, y: -((box[1] + box[3]) / 2 - 0.5) * zoom };
};

// -- ways of looking --------------------------------------------------------------------------------------------
const blink = () => {
  clearInterval(blinking);
  table.classList.remove("off");
  blinking = mode === "blink" ? setInterval(() => table.classList.toggle("off"), 2000 / Number($("[data-for=blink] input").value)) : null;
};
const setMode = (next) => {
  showMode(next);
  settle("replaceState");
};
const showMode = (next) => {
  mode = points ? "side" : next;
  table.dataset.mode = mode;
  for (const button of element.querySelectorAll("[data-mode]")) if (button !== table) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    button.disabled = Boolean(points);
  }
  for (const label of element.querySelectorAll("[data-for]")) label.classList.toggle("on", label.dataset.for === mode);
  table.classList.toggle("grey", $("[data-for=difference] input").checked);
  blink();
  lay();
};
const flip = () => {
  flipped = !flipped;
  view.x = -view.x;
  $("[data-do=flip]").setAttribute("aria-pressed", String(flipped));
  lay();
};

// -- by hand ----------------------------------------------------------------------------------------------------
const pairs = () => {
  const [a, b] = SIDES.map((name) => points.filter((point) => point.side === name));
  return a.slice(0, b.length).map((point, index) => [...point.at, ...b[index].at].map((number) => Number(number.toFixed(5))));
};
const due = () => {
  const [a, b] = SIDES.map((name) => points.filter((point) => point.side === name).length);
  return a === b ? null : a > b ? "second" : "first"; // none: whichever is clicked first
};
const prompt = () => {
  hand.hidden = !points;
  table.classList.toggle("setting", Boolean(points));
  $("[data-do=hand]").setAttribute("aria-pressed", String(Boolean(points)));
  if (!points) return;
  const count = pairs().length, next = due();
  const model = ["", "", "Two pairs turn and scale; more make it surer.", "Three pairs also stretch.", "Four and more also tilt."][Math.min(count, 4)];
  $(".prompt").textContent = next ? `Now click the same place on the ${next} picture.`
    : count >= MOST_POINTS ? "Eight pairs are set: apply them." : count === 0 ? "Click a place on one picture, then the same place on the other; two pairs at least." : `${count === 1 ? "One pair is" : `${count} pairs are`} set. ${model}`;
  $(".turned").disabled = count > 2;
  $("[data-do=apply]").disabled = count < 2 || Boolean(next);
  for (const name of ["undo", "clear"]) $(`[data-do=${name}]`).disabled = !points.length;
};
const setPoint = (side, at) => {
  if (at.some((number) => number < 0 || number > 1)) return;
  const next = due();
  if (next && next !== side) points.splice(points.findLastIndex((point) => point.side === side), 1); // placed anew
  else if (!next && pairs().length >= MOST_POINTS) return;
  points.push({ side, at });
  prompt();
  lay();
};
const byHand = (on) => {
  points = on ? (value.points || []).flatMap((four) => [{ side: "first", at: four.slice(0, 2) }, { side: "second", at: four.slice(2) }]) : null;
  own = { first: still(), second: still() };
  prompt();
  setMode("side");
  element.dispatchEvent(new CustomEvent("laid"));
};

// -- pointers ---------------------------------------------------------------------------------------------------
const down = new Map();
let gesture = null;
const sideAt = (event) => (mode === "side" && panes.second.contains(event.target) ? "second" : "first");
const inPane = (event, name) => {
  const bounds = panes[name].getBoundingClientRect();
  return [event.clientX - bounds.left, event.clientY - bounds.top];
};
const spread = () => {
  const [a, b] = [...down.values()];
  return { at: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart: Math.hypot(a[0] - b[0], a[1] - b[1]) };
};
table.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".keys") || event.target === rod || event.button === 2 || !value.second) return;
  table.focus({ preventScroll: true });
  const name = gesture?.name || sideAt(event), at = inPane(event, name);
  down.set(event.pointerId, at);
  gesture = down.size === 2 ? { name, ...spread(), far: true } : { name, at, from: at, slack: event.pointerType === "mouse" ? 4 : 11 };
  event.preventDefault();
});
window.addEventListener("pointermove", (event) => {
  if (!down.has(event.pointerId)) return;
  const { name } = gesture;
  down.set(event.pointerId, inPane(event, name));
  if (down.size === 2) {
    const now = spread();
    panBy(now.at[0] - gesture.at[0], now.at[1] - gesture.at[1], name);
    zoomBy(now.apart / Math.max(gesture.apart, 1), name, now.at);
    Object.assign(gesture, now);
  } else {
    const at = down.get(event.pointerId);
    gesture.far ||= Math.hypot(at[0] - gesture.from?.[0], at[1] - gesture.from?.[1]) > gesture.slack;
    if (gesture.far) panBy(at[0] - gesture.at[0], at[1] - gesture.at[1], name);
    if (gesture.far) gesture.at = at;
  }
});
const lifted = (event) => {
  if (!down.delete(event.pointerId)) return;
  const { name, far } = gesture;
  if (down.size) { gesture = { name, at: [...down.values()][0], far: true }; return; }
  gesture = null;
  if (points && !far && event.type === "pointerup") setPoint(name, moved(inverse(frame(name)), inPane(event, name)));
};
window.addEventListener("pointerup", lifted);
window.addEventListener("pointercancel", lifted);
// Side by side, a ring shows on one picture what the pointer is over on the other.
table.addEventListener("pointermove", (event) => {
  if (mode !== "side" || points || !registered() || event.pointerType === "touch") return;
  const here = sideAt(event), there = here === "first" ? "second" : "first";
  draw(here);
  draw(there, inPane(event, here));
});
table.addEventListener("pointerleave", () => { if (value.second) SIDES.forEach((name) => draw(name)); });
table.addEventListener("wheel", (event) => {
  if (event.target.closest(".keys") || !value.second) return;
  event.preventDefault();
  const name = sideAt(event);
  zoomBy(Math.exp(-clamp(event.deltaY * (event.deltaMode ? 30 : 1), -120, 120) / 400), name, inPane(event, name));
}, { passive: false });
rod.addEventListener("pointerdown", (event) => { rod.setPointerCapture(event.pointerId); event.stopPropagation(); });
rod.addEventListener("pointermove", (event) => {
  if (!rod.hasPointerCapture(event.pointerId)) return;
  const bounds = table.getBoundingClientRect();
  curtain = clamp(100 * (event.clientX - bounds.left) / bounds.width, 0, 100);
  lay();
});

// -- keys and tools ---------------------------------------------------------------------------------------------
const keys = {
  1: () => setMode("side"), 2: () => setMode("curtain"), 3: () => setMode("opacity"), 4: () => setMode("blink"), 5: () => setMode("difference"),
  b: () => setMode(mode === "blink" ? "side" : "blink"), f: flip, 0: fit, "+": () => zoomBy(1.3), "=": () => zoomBy(1.3), "-": () => zoomBy(1 / 1.3),
  ArrowLeft: () => panBy(60, 0), ArrowRight: () => panBy(-60, 0), ArrowUp: () => panBy(0, 60), ArrowDown: () => panBy(0, -60),
  " ": () => table.classList.add("other"), Escape: () => legend(false),
};
const pressed = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
  if (event.target === rod && step) { curtain = clamp(curtain + step, 0, 100); lay(); } else keys[event.key]();
};
table.addEventListener("keydown", pressed);
window.Explorer.keysFor(element, table, (event) => { if (value.second && event.key !== " ") pressed(event); });
const release = () => table.classList.remove("other");
table.addEventListener("keyup", (event) => { if (event.key === " ") release(); });
table.addEventListener("blur", release);
const legend = (open) => {
  $(".keys").hidden = !open;
  $("[data-do=legend]").setAttribute("aria-expanded", String(open));
};
const say = (sentence) => {
  wait.textContent = sentence;
  setTimeout(() => { if (wait.textContent === sentence) wait.textContent = ""; }, 2200);
};
const chosen = (subject) => subject ? { kind: subject.kind, key: subject.key } : null;
const ask = (event, first, second, more = {}) => {
  comparisons.latest += 1;
  trigger(event, { number: comparisons.latest, first, second, near: null, fit: null, points: [], reversed: false, ...more });
};
// The two that lie here, otherwise registered.
const again = (more) => ask("lay", chosen(value.first), chosen(value.second), { near: value.near, fit: value.fit, probability: value.probability, whole: value.whole, ...more });
const swapped = (fit) => fit && inverse([...fit, 0, 0, 1]).slice(0, 6);
const tools = {
  swap: () => ask("lay", chosen(value.second), chosen(value.first), {
    near: value.near && { first: value.near.second, second: value.near.first }, fit: swapped(value.fit), probability: value.probability,
    whole: value.whole, reversed: Boolean(value.reversed), points: (value.points || []).map(([a, b, c, d]) => [c, d, a, b]),
  }),
  flip, fit, in: () => zoomBy(1.4), out: () => zoomBy(1 / 1.4), legend: () => legend($(".keys").hidden),
  dots: (button) => { dots = !dots; button.setAttribute("aria-pressed", String(dots)); lay(); },
  hand: () => byHand(!points), cancel: () => byHand(false),
  undo: () => { points.pop(); prompt(); lay(); }, clear: () => { points = []; prompt(); lay(); },
  apply: () => again({ points: pairs(), reversed: $(".turned").checked }),
  match: () => again({ whole: false }), whole: () => again({ whole: true }),
  keep: () => {
    if (SIDES.some((name) => value[name].kind === "picture")) return say("A picture of your own is not in the collection: it cannot be kept.");
    const places = SIDES.map((name) => ({ work: value[name].key, ...(value.near ? { box: value.near[name] } : {}) }));
    window.Explorer.keep({ kind: "comparison", places }, window.location.href);
  },
  cite: () => (SIDES.some((name) => value[name].kind === "picture") ? say("A picture of your own stays on this page: it has no link to cite.") : window.Explorer.cite(window.location.href)),
  link: async () => {
    if (SIDES.some((name) => value[name].kind === "picture")) return say("A picture of your own stays on this page: it has no link.");
    try { await navigator.clipboard.writeText(window.location.href); say("The link is copied."); } catch (error) { window.prompt("Copy this link:", window.location.href); }
  },
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.mode) setMode(button.dataset.mode);
  else if (button.dataset.do) tools[button.dataset.do](button);
});
for (const input of element.querySelectorAll("[data-for] input")) input.addEventListener("input", () => { table.classList.toggle("grey", $("[data-for=difference] input").checked); if (mode === "blink") blink(); lay(); });

// -- choosing works ---------------------------------------------------------------------------------------------
const open = (name, on) => {
  const choice = part(".choice", name), picker = choice.querySelector(".picker");
  picker.hidden = !on;
  choice.querySelector(".picked").setAttribute("aria-expanded", String(on));
  if (on) { picker.querySelector("input").focus(); picker.querySelector("input").select(); find(name); }
};
const find = async (name) => {
  const picker = part(".choice", name).querySelector(".picker"), text = picker.querySelector("input").value.trim();
  const found = await server.works(inCollection({ text })).catch(() => ({ works: [], more: 0 }));
  if (text !== picker.querySelector("input").value.trim()) return; // another was asked since
  picker.querySelector("ul").replaceChildren(...found.works.map((work) => h("li", {},
    h("button", { type: "button", "data-work": work.work, title: work.title }, h("span", { class: "small" }, picture(server, work.work)),
      h("span", { class: "words" }, h("span", { class: "name" }, work.title), h("span", { class: "whose" }, byline(work)))))));
  picker.querySelector(".none").textContent = !found.works.length ? "No work matches this." : found.more ? `${found.more} more: type a word or two.` : "";
};
const take = (name, subject) => {
  const both = { first: chosen(value.first), second: chosen(value.second), [name]: subject };
  ask("lay", both.first, both.second);
};
for (const name of SIDES) {
  const choice = part(".choice", name), picker = choice.querySelector(".picker"), field = picker.querySelector("input");
  let timer = null;
  choice.querySelector(".picked").addEventListener("click", () => open(name, picker.hidden));
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => find(name), 180); });
  picker.addEventListener("click", (event) => {
    const button = event.target.closest("[data-work]");
    if (!button) return;
    open(name, false);
    take(name, { kind: "work", key: button.dataset.work });
  });
  picker.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    open(name, false);
    wait.textContent = "Bringing in your picture …";
    const sent = await upload(file).catch(() => null);
    wait.textContent = "";
    if (sent) take(name, { kind: "picture", key: sent.path });
    else account.textContent = "The picture could not be sent to the server; try again.";
  });
  picker.addEventListener("keydown", (event) => {
    const buttons = [...picker.querySelectorAll("li button")], here = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") { open(name, false); choice.querySelector(".picked").focus(); }
    else if (event.key === "ArrowDown") buttons[Math.min(here + 1, buttons.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (here > 0 ? buttons[here - 1] : field).focus();
    else return;
    event.preventDefault();
  });
}
document.addEventListener("pointerdown", (event) => {
  for (const name of SIDES) if (!part(".choice", name).contains(event.target)) open(name, false);
});

// -- the address ------------------------------------------------------------------------------------------------
const OURS = ["compare", "at", "fit", "whole", "points", "reversed", "look"], OWN = "picture:";
window.Explorer.address.of("compare", { write: (asked) => {
  if (!answered || arriving || awaiting) return; // what it has is still to be shown
  OURS.forEach((name) => asked.delete(name));
  if (!value.first || !value.second) return;
  SIDES.forEach((name) => asked.append("compare", (value[name].kind === "picture" ? OWN : "") + value[name].key));
  if (value.near) asked.set("at", SIDES.map((name) => value.near[name].join()).join(";"));
  if (value.fit) asked.set("fit", [...value.fit, value.probability].join());
  if (value.whole) asked.set("whole", "1");
  if (value.points?.length) asked.set("points", value.points.map((four) => four.join()).join(";"));
  if (value.points?.length && value.reversed) asked.set("reversed", "1");
  if (mode !== "side") asked.set("look", mode);
} });
const settle = (how) => window.Explorer.address.settle(how);
const restore = (event) => {
  const asked = new URLSearchParams(window.location.search), works = asked.getAll("compare");
  if (!works.length) {
    answered = true;
    arriving = awaiting = false;
    if (event) comparisons.latest += 1;
    return;
  }
  const rows = (name) => (asked.get(name) || "").split(";").filter(Boolean).map((row) => row.split(",").map(Number));
  const named = (text = "") => text.startsWith(OWN) ? { kind: "picture", key: text.slice(OWN.length) } : { kind: "work", key: text };
  const [first, second] = rows("at"), [fit] = rows("fit");
  arriving = true;
  const sound = [["at", 4], ["fit", 7], ["points", 4]].every(([name, length]) => rows(name).every((row) => row.length === length && row.every(Number.isFinite))) && rows("at").length !== 1;
  mode = MODES.includes(asked.get("look")) ? asked.get("look") : event ? "side" : mode;
  ask("arrive", named(works[0]), named(works[1]), {
    near: first && second ? { first, second } : null, fit: fit?.slice(0, 6), probability: fit?.[6], whole: asked.get("whole") === "1",
    points: rows("points"), reversed: asked.get("reversed") === "1", left_out: !sound,
  });
};
window.addEventListener("popstate", restore);
document.addEventListener("explorer:comparing", () => { awaiting = true; });

// -- what the server says ---------------------------------------------------------------------------------------
const sought = () => { // which of the two ways is in use
  $(".basis").hidden = !value.near;
  const by = value.points?.length ? "" : value.whole ? "whole" : "match";
  for (const button of $(".basis").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.do === by));
};
const show = () => {
  const next = props.value || {};
  if ("said" in next && next.number !== comparisons.latest) return;
  const before = SIDES.map((name) => value[name]?.url).join();
  const other = before !== SIDES.map((name) => next[name]?.url).join();
  const elsewhere = String(value.near?.first) !== String(next.near?.first);
  value = next;
  answered ||= "said" in next;
  window.Explorer.titled("Compare", SIDES.map((name) => value[name]?.title).filter(Boolean).join(" – "));
  for (const name of SIDES) {
    const subject = value[name], choice = part(".choice", name);
    choice.querySelector(".small").replaceChildren(!subject ? "" : subject.kind === "work" ? picture(server, subject.work) : h("img", { src: subject.url, alt: "", class: "ready" }));
    choice.querySelector(".name").textContent = subject ? subject.title : "Choose a work";
    choice.querySelector(".whose").textContent = !subject ? "" : subject.kind === "work" ? byline(subject) : "your own picture";
    choice.querySelector(".picked").title = subject ? [subject.title, byline(subject)].filter(Boolean).join("\n") : "";
    if (subject && images[name].getAttribute("src") !== subject.url) { images[name].src = subject.url; images[name].alt = subject.title; }
  }
  const both = Boolean(value.first && value.second);
  $(".workbench").hidden = !both;
  $(".empty").hidden = both;
  $("[data-do=swap]").disabled = !both;
  account.textContent = value.said || "";
  account.classList.toggle("trouble", Boolean(value.trouble));
  sought();
  $("[data-do=dots]").disabled = !value.places?.length;
  $(".turned").checked = Boolean(value.reversed);
  points = null;
  prompt();
  if (other) { view = still(); flipped = false; $("[data-do=flip]").setAttribute("aria-pressed", "false"); }
  showMode(mode);
  if (both && (other || elsewhere) && value.near && table.clientWidth) { zoomOnto(value.near.first); lay(); }
  element.dispatchEvent(new CustomEvent("laid"));
  const how = arriving ? "replaceState" : "pushState";
  arriving = awaiting = false;
  settle(how);
};
SIDES.forEach((name) => images[name].addEventListener("load", lay));
let wide = 0;
new ResizeObserver(() => {
  if (!wide && table.clientWidth && value.near && view.zoom === 1) zoomOnto(value.near.first);
  wide = table.clientWidth;
  lay();
}).observe(table);
watch("value", show);
show();
ready.then(() => restore());
