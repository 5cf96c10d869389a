const { moment } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
let latest = 0; // when the page last asked, or gave up

const say = (words) => {
  $(".said").textContent = words;
  $(".waiting").hidden = !words;
  document.dispatchEvent(new CustomEvent("explorer:waiting", { detail: { on: Boolean(words) } }));
};
document.addEventListener("explorer:asked", (event) => {
  latest = event.detail.at;
  trigger("supersede", { at: latest });
  say("searching …");
});
$(".cancel").addEventListener("click", () => {
  latest = moment();
  trigger("supersede", { at: latest });
  say("");
  document.dispatchEvent(new CustomEvent("explorer:cancelled"));
});
watch("value", () => {
  const { at = 0, stage = "" } = props.value || {};
  if (at >= latest) say(stage);
});
