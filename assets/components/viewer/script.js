const { h, place, percent, mark, byline, sameAddress, query, ready } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const stage = $(".stage"), sheet = $(".sheet"), painting = $(".painting"), wait = $(".wait");
const hover = $(".hover"), aim = $(".aim:not(.asked)"), sought = $(".asked"), chosen = $(".chosen"), draft = $(".draft"), slider = $(".size input");

const LEAST = 0.06, MOST = 1.0, DEEPEST = 12;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

let value = {};
// The sheet in the stage, in CSS pixels: x, y of its corner as it is seen, width and height before it is turned.
let view = { zoom: 1, x: 0, y: 0, width: 0, height: 0 };
let turns = 0; // quarters to the right
let base = 0.22; // side of the searched square, of the side of a square as large as the picture, before zooming
let auto = true; // a click means the thing under it, of whatever size; else what the outline holds
let adding = ""; // what the next click or box adds to the search: "also", "like", "unlike"
let pointer = { x: 0.5, y: 0.5, on: false };
let hand = false, space = false;
let restoring = false; // what the address asks for is on its way: first the picture alone, then the search's answer
let arriving = true; // by a link or the browser's Back: the address is corrected, not added to the history

// -- where the sheet lies ---------------------------------------------------------------------------------------
const onSide = () => turns % 2 === 1;
const seen = ({ width, height }) => (onSide() ? { width: height, height: width } : { width, height });
const fitted = () => {
  const pad = 14, whole = seen(value);
  const factor = Math.min((stage.clientWidth - 2 * pad) / whole.width, (stage.clientHeight - 2 * pad) / whole.height);
  return { width: value.width * factor, height: value.height * factor };
};
// A point of the sheet (fractions of the picture) as fractions of the sheet as it is turned, and back.
const turned = ({ x, y }) => [{ x, y }, { x: 1 - y, y: x }, { x: 1 - x, y: 1 - y }, { x: y, y: 1 - x }][turns];
const unturned = ({ x, y }) => [{ x, y }, { x: y, y: 1 - x }, { x: 1 - x, y: 1 - y }, { x: 1 - y, y: x }][turns];
// A point of the stage (CSS pixels) on the sheet, and back.
const onSheet = (at) => {
  const { width, height } = seen(view);
  return unturned({ x: (at.x - view.x) / width, y: (at.y - view.y) / height });
};
const inStage = (point) => {
  const { width, height } = seen(view), at = turned(point);
  return { x: view.x + at.x * width, y: view.y + at.y * height };
};
const lay = () => {
  if (!value.url || !stage.clientWidth) return;
  const fit = fitted();
  view.width = fit.width * view.zoom;
  view.height = fit.height * view.zoom;
  const { width, height } = seen(view);
  const within = (offset, side, room) => side <= room ? (room - side) / 2 : clamp(offset, room - side - 40, 40);
  view.x = within(view.x, width, stage.clientWidth);
  view.y = within(view.y, height, stage.clientHeight);
  const corner = [[0, 0], [width, 0], [width, height], [0, height]][turns]; // where the sheet's own first corner comes to lie
  Object.assign(sheet.style, {
    width: view.width + "px", height: view.height + "px",
    transform: `translate(${view.x + corner[0]}px, ${view.y + corner[1]}px) rotate(${90 * turns}deg)`,
  });
  $("[data-do=fit]").classList.toggle("on", view.zoom === 1);
  stage.classList.toggle("fits", view.zoom === 1);
  sharpness.moved();
  handles.moved();
  ruler.moved();
};
const zoomTo = (zoom, at = { x: stage.clientWidth / 2, y: stage.clientHeight / 2 }) => {
  const next = clamp(zoom, 1, Math.max(DEEPEST, sharpness.deepest()));
  const ratio = next / view.zoom;
  view.x = at.x - (at.x - view.x) * ratio;
  view.y = at.y - (at.y - view.y) * ratio;
  view.zoom = next;
  lay();
  sized();
};
const zoomOnto = (box) => {
  if (!box) return;
  const shown = seen({ width: (box[2] - box[0]) * view.width, height: (box[3] - box[1]) * view.height });
  const side = Math.max(shown.width / stage.clientWidth, shown.height / stage.clientHeight);
  if (side > 0.12 || !side) return;
  view.zoom = clamp(view.zoom * 0.22 / side, 1, 3);
  const fit = seen(fitted()), middle = turned({ x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 });
  view.x = stage.clientWidth / 2 - middle.x * fit.width * view.zoom;
  view.y = stage.clientHeight / 2 - middle.y * fit.height * view.zoom;
  lay();
};

// -- the square under the pointer -------------------------------------------------------------------------------
const size = () => clamp(base / view.zoom, LEAST, MOST); // zoomed in, the outline keeps its size on the screen
const region = () => {
  const side = size() * Math.sqrt(value.width * value.height); // as click_box of explorer.search.click has it
  const w = Math.min(side / value.width, 1), t = Math.min(side / value.height, 1);
  const x = clamp(pointer.x - w / 2, 0, 1 - w), y = clamp(pointer.y - t / 2, 0, 1 - t);
  return [x, y, x + w, y + t];
};
const ring = (mark, at) => Object.assign(mark.style, { left: percent(at.x), top: percent(at.y) });
const outline = () => {
  const away = !value.url || value.whole_only || !pointer.on || hand || space || !draft.hidden || handles.busy();
  hover.hidden = away || auto || ruler.on();
  aim.hidden = away || !(auto || ruler.on());
  if (!hover.hidden) place(hover, region());
  if (!aim.hidden) ring(aim, pointer);
};
const setAuto = (on) => {
  auto = on;
  $("[data-do=auto]").setAttribute("aria-pressed", String(on));
  $(".size").classList.toggle("auto", on);
  outline();
};
const sized = () => {
  slider.value = String(Math.round(100 * Math.log(size() / LEAST) / Math.log(MOST / LEAST)));
  slider.setAttribute("aria-valuetext", `${Math.round(100 * size())} percent of the picture's side`);
  outline();
};
const setSize = (next) => {
  base = clamp(next, LEAST, MOST) * view.zoom;
  setAuto(false);
  sized();
};
let marked = null; // the box that is outlined as chosen
const choose = (box) => {
  marked = box || null;
  chosen.hidden = !box;
  sought.hidden = true;
  if (box) place(chosen, box);
  handles.moved();
};
const rounded = (number) => Number(number.toFixed(5));
const send = (event, sent) => trigger(event, { kind: value.kind, key: value.key, at: window.Explorer.asked(), ...sent });
const working = () => document.querySelector("#places .pending");
const asking = (at) => { // a ring where the search was asked for, until it has answered
  sought.hidden = false;
  ring(sought, at);
  const look = setInterval(() => {
    if (working()) return;
    clearInterval(look);
    if (!sought.hidden) choose(value.box);
  }, 800);
};
document.addEventListener("explorer:cancelled", () => choose(value.box));
const pick = (box, role = "") => {
  const sides = box.map(rounded);
  if (!role) {
    choose(sides);
    return send("pick", { box: sides });
  }
  arm("");
  send("join", { role, box: sides });
  asking({ x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 });
};
const wholeOnly = () => trigger("complain", { sentence: value.whole_only }); // there are no details to search for
const point = (role) => {
  if (!role) choose(null);
  arm("");
  const at = { x: pointer.x, y: pointer.y };
  send(role ? "join" : "point", { role, x: rounded(at.x), y: rounded(at.y) });
  asking(at);
};
const meant = (event) => adding || (event.shiftKey ? "also" : event.altKey ? "unlike" : "");
const press = (event) => value.whole_only ? wholeOnly() : (auto ? point(meant(event)) : pick(region(), meant(event)));

// -- what the next click adds, when the tray says so ------------------------------------------------------------
const INVITE = {
  also: "Click or draw the detail that must be there too", like: "Click or draw an example of what is wanted",
  unlike: "Click or draw what is not wanted",
};
const arm = (role) => {
  if (role !== adding) document.dispatchEvent(new CustomEvent("explorer:adding", { detail: { role } }));
};
document.addEventListener("explorer:adding", (event) => {
  adding = event.detail.role;
  $(".adding").textContent = adding ? `${INVITE[adding]} · Esc` : "";
});

// -- how much of it a click meant -------------------------------------------------------------------------------
const steps = $(".steps");
const stepped = () => {
  const { proposals = [], proposal } = value;
  steps.hidden = proposals.length < 2 || typeof proposal !== "number";
  if (steps.hidden) return;
  steps.querySelector(".at").textContent = `${proposal + 1} of ${proposals.length}`;
  for (const button of steps.querySelectorAll("button")) button.disabled = !proposals[proposal + Number(button.dataset.step)];
};
const resize = (by) => {
  const { proposals = [], proposal } = value;
  const index = proposal + by;
  if (steps.hidden || !proposals[index]) return;
  value.proposal = index;
  choose(proposals[index]);
  stepped();
  trigger("resize", { index, at: window.Explorer.asked() });
};
steps.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) resize(Number(button.dataset.step));
});

// -- keys -------------------------------------------------------------------------------------------------------
const direction = (x, y) => [[x, y], [y, -x], [-x, -y], [-y, x]][turns]; // one of the screen, on the picture
const nudge = (across, down, fine) => {
  const [x, y] = direction(across, down);
  const far = (fine ? 0.1 : 0.5) * size();
  const side = Math.sqrt(value.width * value.height);
  pointer = { x: clamp(pointer.x + x * far * side / value.width, 0, 1), y: clamp(pointer.y + y * far * side / value.height, 0, 1), on: true };
};
const keys = {
  ArrowLeft: (event) => nudge(-1, 0, event.shiftKey), ArrowRight: (event) => nudge(1, 0, event.shiftKey),
  ArrowUp: (event) => nudge(0, -1, event.shiftKey), ArrowDown: (event) => nudge(0, 1, event.shiftKey),
  "+": () => { pointer.on = true; setSize(size() * 1.15); }, "=": () => { pointer.on = true; setSize(size() * 1.15); },
  "-": () => { pointer.on = true; setSize(size() / 1.15); },
  z: () => zoomTo(view.zoom * 1.3), x: () => zoomTo(view.zoom / 1.3), 0: () => zoomTo(1),
  e: () => handles.take(), v: () => looking.toggle(), f: () => looking.full(), t: () => looking.turn(1), T: () => looking.turn(-1), d: () => ruler.toggle(),
  Enter: (event) => { if (ruler.on()) ruler.press(pointer); else if (value.whole_only) tools.whole(); else if (meant(event) || !recurs.at(pointer)) press(event); }, "[": () => resize(-1), "]": () => resize(1), a: () => { pointer.on = true; setAuto(!auto); },
  w: () => whereIs.ask(), r: () => recurs.toggle(), m: () => toMotif(), b: () => keepIt(),
  ...Object.fromEntries([1, 2, 3, 4, 5].map((number) => [number, (event) => (recurs.on() ? recurs.number(number - 1) : whereIs.pickNumber(number, event))])),
  Escape: () => { if (handles.drop() || looking.leaveFull() || ruler.leave()) return; if (adding) return arm(""); pointer.on = false; choose(null); legend(false); whereIs.hide(); recurs.hide(); looking.hide(); },
};
stage.addEventListener("keydown", (event) => {
  const alt = event.altKey && event.key !== "Enter"; // with Enter it adds
  const held = (event.ctrlKey || event.metaKey || alt) && !event.getModifierState("AltGraph"); // AltGr writes [ ]
  if (!value.url || held || event.target.closest(".steps")) return;
  if (handles.key(event)) return event.preventDefault();
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key](event);
  outline();
});
const hold = (on) => { space = on; stage.classList.toggle("moving", on || hand); outline(); };
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.repeat || !(stage.matches(":hover") || document.activeElement === stage)) return;
  if (event.target.closest?.("input, textarea, select, button, [role=button]")) return;
  event.preventDefault();
  hold(true);
});
document.addEventListener("keyup", (event) => { if (event.key === " ") hold(false); });
window.addEventListener("blur", () => hold(false));

// -- tools ------------------------------------------------------------------------------------------------------
const legend = (open) => {
  $(".legend").hidden = !open;
  $("[data-do=legend]").setAttribute("aria-expanded", String(open));
};
const address = () => {
  const url = query.withoutQuery();
  if (value.kind !== "work") return url.href;
  url.searchParams.delete("in");
  url.searchParams.set("work", value.work);
  const further = [...(value.box ? [["box", value.box.join(",")]] : []), ...(value.address || []), ...window.Explorer.limits.map((limit) => ["in", limit])];
  const written = further.map(([name, text]) => `&${name}=${encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%7C", "|").replaceAll("%3A", ":").replaceAll("%20", "+")}`);
  return new URL(url.href + written.join("")).href;
};
const say = (sentence) => {
  wait.textContent = sentence;
  setTimeout(() => { if (wait.textContent === sentence) wait.textContent = ""; }, 2200);
};
const copyLink = async () => {
  try {
    await navigator.clipboard.writeText(address());
    say("The link is copied.");
  } catch (error) {
    window.prompt("Copy this link:", address());
  }
};
const tools = {
  in: () => zoomTo(view.zoom * 1.4), out: () => zoomTo(view.zoom / 1.4), fit: () => zoomTo(1),
  hand: (button) => {
    hand = !hand;
    button.setAttribute("aria-pressed", String(hand));
    stage.classList.toggle("moving", hand);
  },
  draw: () => touching.draw(!touching.drawing()), look: () => looking.toggle(),
  auto: () => setAuto(!auto),
  whole: () => value.url && pick([0, 0, 1, 1]),
  alike: () => value.url && (choose([0, 0, 1, 1]), send("pick", { box: [0, 0, 1, 1], alike: true })),
  link: () => (value.kind === "work" ? copyLink() : say("A picture of your own stays on this page: it has no link.")),
  cite: () => (value.kind === "work" ? window.Explorer.cite(address()) : say("A picture of your own stays on this page: it has no link to cite.")),
  legend: () => legend($(".legend").hidden),
  where: () => whereIs.toggle(), recurs: () => recurs.toggle(), motif: () => toMotif(), keep: () => keepIt(),
};
const keepIt = () => {
  if (value.kind !== "work") return say("A picture of your own is not in the collection: it cannot be kept.");
  const places = [{ work: value.work, ...(marked ? { box: marked } : {}) }];
  window.Explorer.keep({ kind: marked ? "detail" : "work", places }, address());
};
const toMotif = () => {
  if (value.kind !== "work") return say("A picture of your own is in no motif: motifs are of the collection's works.");
  if (!marked) return say("First mark a detail: click it, or draw a box round it.");
  document.dispatchEvent(new CustomEvent("explorer:add-to-motif", { detail: { work: value.work, box: marked, title: value.title } }));
};
$(".tools").addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) tools[button.dataset.do](button);
});
slider.addEventListener("input", () => {
  pointer.on = true;
  setSize(LEAST * (MOST / LEAST) ** (Number(slider.value) / 100));
});

// -- a picture of one's own -------------------------------------------------------------------------------------
const chooser = $(".file input");
const bring = async (file) => {
  const known = file && (file.type.startsWith("image/") || /\.(jpe?g|png|tiff?|webp|hei[cf])$/i.test(file.name));
  if (!known) return trigger("complain", { sentence: "That is not a picture: drop a JPEG, PNG, TIFF or WebP file." });
  wait.textContent = "Bringing in your picture …";
  try {
    const sent = await upload(file);
    wait.textContent = "";
    trigger("bring", { path: sent.path, at: window.Explorer.asked() });
  } catch (error) {
    wait.textContent = "";
    trigger("complain", { sentence: "The picture could not be sent to the server; try again." });
  }
};
chooser.addEventListener("change", () => { if (chooser.files.length) bring(chooser.files[0]); chooser.value = ""; });
$(".file button").addEventListener("click", () => chooser.click());
const shown = () => element.offsetParent !== null;
const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
let depth = 0;
const dropping = (by) => { depth = by === 0 ? 0 : Math.max(0, depth + by); $(".drop").hidden = depth === 0; };
document.addEventListener("dragenter", (event) => { if (shown() && carries(event)) dropping(1); });
document.addEventListener("dragleave", (event) => { if (shown() && carries(event)) dropping(-1); });
document.addEventListener("dragover", (event) => { if (shown() && carries(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  dropping(0);
  if (!shown() || !carries(event)) return;
  event.preventDefault();
  bring(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  if (!shown() || event.target.matches?.("input, textarea")) return;
  const file = [...(event.clipboardData?.files || [])][0];
  if (file) bring(file);
});

// -- what the server says ---------------------------------------------------------------------------------------
const caption = () => {
  const external = value.page && h("a", { href: value.page, target: "_blank", rel: "noopener noreferrer" }, "catalogue page");
  const known = [byline(value), ...(value.facts || [])].filter(Boolean);
  $(".caption").replaceChildren(
    h("h2", { title: value.title }, value.title || ""),
    h("p", { title: known.join(" · ") }, [...known, external].filter(Boolean).map((fact) => h("span", {}, fact))),
    entry());
};
let entryOpen = false; // kept from work to work
const entry = () => {
  if (!value.entry?.length) return "";
  const made = h("details", { class: "entry", open: entryOpen }, h("summary", {}, "Catalogue entry"),
    h("dl", { tabindex: "0", "aria-label": "Catalogue entry" }, value.entry.flatMap(({ term, text, page }) => [h("dt", {}, term),
      h("dd", {}, page ? h("a", { href: page, target: "_blank", rel: "noopener noreferrer" }, text) : text)])));
  made.addEventListener("toggle", () => { entryOpen = made.open; });
  return made;
};
const show = () => {
  const next = props.value || {};
  if (window.Explorer.outdated(next)) return;
  if (next.provisional && !restoring) return; // the answer was quicker
  restoring &&= Boolean(next.provisional) || !next.url;
  const other = next.url !== value.url;
  const resized = value.proposals?.length && String(value.proposals) === String(next.proposals);
  if (value.refining) arriving = true; // what is shown was a first look: the answer takes its place in the history
  value = { ...next };
  $(".invite").hidden = Boolean(value.url);
  sheet.hidden = !value.url;
  wait.textContent = "";
  $(".viewer").classList.toggle("whole-only", Boolean(value.whole_only));
  const whole = value.whole_only ? "Works like this one" : "Whole picture";
  $("[data-do=whole] .name").textContent = whole;
  $("[data-do=whole]").setAttribute("aria-label", whole);
  $("[data-do=alike]").hidden = Boolean(value.whole_only);
  window.Explorer.current = value.kind === "work" ? value.work : null;
  window.Explorer.opened = { kind: value.kind, key: value.key, box: value.box };
  document.dispatchEvent(new CustomEvent("explorer:stage"));
  if (!value.url) return;
  if (other) {
    view = { zoom: 1, x: 0, y: 0, width: 0, height: 0 };
    looking.reset();
    wait.textContent = "Opening the picture …";
    painting.src = value.url;
    painting.alt = [value.title, byline(value)].filter(Boolean).join(", ");
    stage.setAttribute("aria-label", painting.alt);
  }
  caption();
  window.Explorer.titled("Explore", value.title);
  choose(value.box);
  $(".others").replaceChildren(...(value.others || []).map((detail) => {
    const outline = mark(detail.box);
    outline.classList.add("other", detail.role);
    return outline;
  }));
  stepped();
  lay();
  if (other) zoomOnto(value.box);
  sized();
  window.Explorer.address.settle(arriving || resized ? "replaceState" : "pushState");
  arriving = false;
};
painting.addEventListener("load", () => { wait.textContent = ""; });
painting.addEventListener("error", () => { if (value.url) wait.textContent = "The picture could not be shown; its file may have moved."; });

const restore = () => {
  arriving = restoring = true;
  const asked = new URLSearchParams(window.location.search);
  const box = asked.get("box") ? asked.get("box").split(",").map(Number) : null;
  trigger("restore", { work: asked.get("work") || "", box, parts: query.parts(), limits: query.limitsThere(), at: window.Explorer.asked() });
};
// Coming back to what is in view already (from a comparison, say) asks nothing again; words alone are not shown here.
window.addEventListener("popstate", () => {
  const limits = query.limitsThere();
  if (!query.wordsAlone()) {
    if (sameAddress(address(), window.location.href)) return;
    document.dispatchEvent(new CustomEvent("explorer:relist", { detail: { limits } }));
    restore();
  } else if (String(limits) !== String(window.Explorer.limits)) document.dispatchEvent(new CustomEvent("explorer:limit", { detail: { limits } }));
});
window.Explorer.address.of("explore", { address: () => (value.url && !restoring ? address() : "") });
new ResizeObserver(() => { lay(); outline(); }).observe(stage);
watch("value", show);
sized();
setAuto(true);
show();
ready.then(restore);
