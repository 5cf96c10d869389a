// -- the places that are shown, taken away -----------------------------------------------------------------------
const FILES = [["html", "one page to send (HTML)"], ["csv", "a table (CSV)"], ["json", "JSON"]];
let makes = null; // the answer that is waited for
document.addEventListener("explorer:taken", (event) => { if (event.detail.number === makes?.number) makes.done(event.detail); });
window.Explorer.takeAway($(".export"), FILES, (kind) => new Promise((done) => {
  makes = { number: window.Explorer.moment(), done };
  trigger("take_away", { as: kind, number: makes.number, places: shown().map(({ work, box }) => ({ work, box })) });
}), (sentence, trouble = false) => {
  $(".taken").textContent = sentence;
  $(".taken").classList.toggle("trouble", trouble);
});
