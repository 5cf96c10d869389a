const $ = (selector) => element.querySelector(selector);
const show = () => {
  const value = props.value || {};
  $(".closed").hidden = !value.shared;
  $(".demo").hidden = !value.demo;
};
$(".demo button").addEventListener("click", () => document.dispatchEvent(new CustomEvent("explorer:index-demo")));
watch("value", show);
show();
