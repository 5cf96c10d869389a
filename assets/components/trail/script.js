const { h, picture, whole, byline } = window.Explorer;
const list = element.querySelector("ol");
const back = element.querySelector(".back");

const crop = (step) => {
  if (!step.work && !step.url) return null;
  if (step.kind === "picture") return h("img", { src: step.url, alt: "", class: "ready", draggable: "false" });
  return picture(server, step.work, { box: whole(step.box) ? null : step.box });
};
// Looking aside at a match is no step of its own: Back then returns to the step one stands on.
const target = () => {
  const { steps = [], at = -1 } = props.value || {};
  const away = steps[at]?.kind === "work" && window.Explorer.current !== steps[at].work;
  return away ? at : at - 1;
};
const aside = () => { back.disabled = target() < 0; };
const show = () => {
  if (window.Explorer.outdated(props.value || {})) return;
  const { steps = [], at = -1 } = props.value || {};
  list.replaceChildren(...steps.map((step, index) => h("li", {},
    h("button", {
      type: "button", "data-index": index, "aria-current": index === at ? "step" : null,
      title: [step.title, byline(step)].filter(Boolean).join("\n"),
      "aria-label": `Step ${index + 1}: ${whole(step.box) ? "" : "a detail of "}${step.title}`,
    }, crop(step), step.more ? h("span", { class: "more", title: `and ${step.more} more` }, `+${step.more}`) : null))));
  aside();
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
};
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-index]");
  if (button) trigger("travel", { index: Number(button.dataset.index), at: window.Explorer.asked() });
});
back.addEventListener("click", () => trigger("travel", { index: target(), at: window.Explorer.asked() }));
document.addEventListener("explorer:stage", aside);
// A result of a search with words alone was opened here: its results still stand in their tab.
const toWords = element.querySelector(".to-words");
document.addEventListener("explorer:worded", ({ detail }) => {
  if (!detail.alone) return;
  toWords.textContent = `results for “${detail.words}”`;
  toWords.hidden = false;
});
toWords.addEventListener("click", () => document.querySelector("[role=tab][data-tab-id=words]")?.click());
watch("value", show);
show();
