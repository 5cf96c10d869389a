const show = () => {
  const value = props.value || {};
  element.querySelector(".collection").textContent = value.collection || "";
  element.querySelector(".model").textContent = value.model || "";
  element.querySelector(".note").hidden = !value.note;
  element.querySelector(".model-note").textContent = value.note || "";
};
element.querySelector(".note").addEventListener("click", (event) => {
  const note = element.querySelector(".model-note");
  note.hidden = !note.hidden;
  event.target.setAttribute("aria-expanded", String(!note.hidden));
});
watch("value", show);
show();
