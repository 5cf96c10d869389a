const { h, picture, byline } = window.Explorer;
const list = element.querySelector(".works");
const field = element.querySelector(".search input");
const tally = element.querySelector(".tally");
let timer = null;
let asked = "";

const item = (work) => h("li", {},
  h("button", { type: "button", tabindex: -1, "data-work": work.work, title: [work.title, byline(work)].filter(Boolean).join("\n") },
    h("span", { class: "frame", style: { aspectRatio: String(Math.min(2.2, Math.max(0.6, work.aspect))) } }, picture(server, work.work)),
    h("span", { class: "title" }, work.title),
    h("span", { class: "by" }, byline(work))));

// One stop for the Tab key, however many works there are: the one in focus, else the one in view; arrows go through them.
const stop = (button) => {
  for (const other of list.querySelectorAll("[data-work][tabindex='0']")) other.tabIndex = -1;
  if (button) button.tabIndex = 0;
};
list.addEventListener("focusin", (event) => stop(event.target.closest("[data-work]")));
const current = () => {
  for (const button of list.querySelectorAll("button")) {
    button.toggleAttribute("aria-current", button.dataset.work === window.Explorer.current);
  }
  const here = list.querySelector("[aria-current]")?.closest("li");
  if (!list.contains(document.activeElement)) stop((here || list).querySelector("button"));
  if (!here) return;
  const room = list.getBoundingClientRect(), place = here.getBoundingClientRect();
  if (place.top < room.top || place.bottom > room.bottom) list.scrollTop += place.top - room.top - 30;
  if (place.left < room.left || place.right > room.right) list.scrollLeft += place.left - room.left - 30;
};

const sent = () => ({ text: asked, limits: window.Explorer.limits });
const facets = window.Explorer.facets(element.querySelector(".limits"), (limits) => limit(limits));
// Keep to the works that are chosen: the list, the facets and the searches. It is in the address from now on.
const limit = (limits) => {
  relist(limits);
  trigger("limit", { limits, words: window.Explorer.query.wordsAlone(), at: window.Explorer.asked() });
};
const relist = (limits) => {
  window.Explorer.limits = limits;
  trigger("find", sent());
};
const show = () => {
  const value = props.value || {};
  if (value.limits) window.Explorer.limits = value.limits;
  facets(value);
  window.Explorer.catalogue = value;
  document.dispatchEvent(new CustomEvent("explorer:catalogue"));
  const works = value.works || [];
  list.replaceChildren(...works.map(item));
  list.scrollTop = 0;
  const said = value.text || "";
  if (!value.works) tally.textContent = "";
  else if (!works.length) tally.textContent = said ? `No work matches “${said}”. Try fewer or other words.` : value.limits?.length ? "No work is among those chosen." : "The collection is empty.";
  else if (works.length === value.total) tally.textContent = `${works.length.toLocaleString("en")} works`;
  else tally.textContent = `${works.length.toLocaleString("en")} of ${value.total.toLocaleString("en")} works`;
  current();
};

const find = () => {
  if (field.value.trim() === asked) return;
  asked = field.value.trim();
  trigger("find", sent());
};
document.addEventListener("explorer:find", ({ detail }) => { field.value = detail.text; find(); });
document.addEventListener("explorer:limit", ({ detail }) => limit(detail.limits));
document.addEventListener("explorer:relist", ({ detail }) => { if (String(detail.limits) !== String(window.Explorer.limits)) relist(detail.limits); });
document.addEventListener("explorer:choose-limits", () => facets.open());
field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 180); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") { clearTimeout(timer); find(); }
  if (event.key === "ArrowDown") { clearTimeout(timer); find(); list.querySelector("button")?.focus(); event.preventDefault(); }
});
list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-work]");
  if (button) trigger("choose", { work: button.dataset.work, at: window.Explorer.asked() });
});
list.addEventListener("keydown", (event) => {
  const here = event.target.closest("li");
  const to = { ArrowDown: here?.nextElementSibling, ArrowRight: here?.nextElementSibling, ArrowUp: here?.previousElementSibling, ArrowLeft: here?.previousElementSibling }[event.key];
  if (to) { to.querySelector("button").focus(); event.preventDefault(); }
  else if (event.key === "ArrowUp") field.focus();
});
document.addEventListener("explorer:stage", current);
watch("value", show);
show();
