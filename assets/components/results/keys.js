// -- the keyboard among the cards: arrows go to the same control of the card beside (follows script.js) ----------------
list.addEventListener("keydown", (event) => {
  const made = event.target.closest(".card"), cards = all().filter((one) => one.offsetParent);
  if (!made || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.closest("details")) return;
  const columns = Math.max(1, cards.filter((one) => one.offsetTop === cards[0].offsetTop).length);
  const way = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key], to = cards[cards.indexOf(made) + way];
  if (!way) return;
  event.preventDefault();
  if (!to) return;
  const kind = event.target.dataset.verdict ? `[data-verdict=${event.target.dataset.verdict}]` : event.target.classList[0] ? `.${event.target.classList[0]}` : "input";
  (to.querySelector(kind) || to.querySelector(".follow")).focus();
});
