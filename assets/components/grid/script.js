// The works that the gallery's script has published, as a sheet of pictures.
const { h, picture, byline } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const sheet = $(".sheet"), field = $(".search input"), sort = $("select"), turn = $(".turn");
const facets = window.Explorer.facets($(".limits"), (limits) => document.dispatchEvent(new CustomEvent("explorer:limit", { detail: { limits } })));
if (window.innerWidth > 940) element.querySelector(".choose").open = true;
let drawn = null; // what is on the sheet; while nobody sees it, nothing is drawn

// What is not known comes last, whichever way round.
const words = new Intl.Collator(undefined, { numeric: true });
const KEYS = { file: (work) => work.work, title: (work) => work.title, artist: (work) => work.artist || null, year: (work) => work.year, area: (work) => work.area };
const sorted = (works) => {
  const key = KEYS[sort.value], way = turn.getAttribute("aria-pressed") === "true" ? -1 : 1;
  const compare = (a, b) => typeof a === "number" ? a - b : words.compare(a, b);
  const known = (work) => key(work) !== null && key(work) !== undefined;
  return [...works].sort((a, b) => known(b) - known(a) || (known(a) ? way * compare(key(a), key(b)) : 0) || words.compare(a.work, b.work));
};
const item = (work) => h("li", {},
  h("button", { type: "button", "data-work": work.work, title: [work.title, byline(work), "Open in Explore"].filter(Boolean).join("\n") },
    h("span", { class: "frame" }, picture(server, work.work)),
    h("span", { class: "title" }, work.title),
    h("span", { class: "by" }, work.date ? h("span", { class: "date" }, work.date) : null, work.artist),
    sort.value === "area" ? h("span", { class: "by" }, work.size || "size not stated") : null,
    sort.value === "file" ? h("span", { class: "by file" }, work.work) : null));
const current = () => {
  for (const button of sheet.querySelectorAll("button")) button.toggleAttribute("aria-current", button.dataset.work === window.Explorer.current);
};
const draw = () => {
  const value = window.Explorer.catalogue || {};
  if (!element.offsetParent || drawn === value) return;
  drawn = value;
  const works = value.works || [];
  facets(value);
  if (document.activeElement !== field) field.value = value.text || "";
  sheet.replaceChildren(...sorted(works).map(item));
  current();
  const all = value.total || 0;
  $(".tally").textContent = works.length === all ? `${all.toLocaleString("en")} ${all === 1 ? "work" : "works"}`
    : works.length ? `${works.length.toLocaleString("en")} of ${all.toLocaleString("en")} works` : "No work matches. Take something back, or try fewer words.";
};
const again = () => { drawn = null; draw(); };
let timer = null;
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => document.dispatchEvent(new CustomEvent("explorer:find", { detail: { text: field.value } })), 180);
});
sort.addEventListener("change", again);
turn.addEventListener("click", () => { turn.setAttribute("aria-pressed", String(turn.getAttribute("aria-pressed") !== "true")); again(); });
sheet.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-work]");
  if (button) trigger("choose", { work: button.dataset.work, at: window.Explorer.asked() });
});
document.addEventListener("explorer:catalogue", draw);
document.addEventListener("explorer:stage", current);
new ResizeObserver(draw).observe(element);
draw();
