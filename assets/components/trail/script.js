const { h, picture, whole, byline } = window.Explorer;
const list = element.querySelector("ol");
const back = element.querySelector(".back");

const crop = (step) => {
  if (step.kind === "picture") return h("img", { src: step.url, alt: "", class: "ready", draggable: "false" });
  return picture(server, step.work, { box: whole(step.box) ? null : step.box });
};
const show = () => {
  const { steps = [], at = -1 } = props.value || {};
  list.replaceChildren(...steps.map((step, index) => h("li", {},
    h("button", {
      type: "button", "data-index": index, "aria-current": index === at ? "step" : null,
      title: [step.title, byline(step)].filter(Boolean).join("\n"),
      "aria-label": `Step ${index + 1}: ${whole(step.box) ? "" : "a detail of "}${step.title}`,
    }, crop(step)))));
  back.disabled = at < 1;
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
};
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-index]");
  if (button) trigger("travel", { index: Number(button.dataset.index) });
});
back.addEventListener("click", () => trigger("travel", { index: (props.value.at ?? 0) - 1 }));
watch("value", show);
show();
