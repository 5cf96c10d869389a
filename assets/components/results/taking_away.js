// -- the places that are shown, taken away or printed (follows script.js) ------------------------------------------------
const FILES = [["html", "one page to send (HTML)"], ["print", "print …"], ["csv", "a table (CSV)"], ["json", "JSON"]];
let makes = null; // the answer that is waited for
document.addEventListener("explorer:taken", (event) => { if (event.detail.number === makes?.number) makes.done(event.detail); });
const made = (kind) => new Promise((done) => {
  makes = { number: window.Explorer.moment(), done };
  trigger("take_away", { as: kind, number: makes.number, places: shown().map(({ work, box }) => ({ work, box })) });
});
// The same page that is sent, in a window of its own with the print dialog over it. The window is opened at once, while
// the browser still takes it for what the visitor asked for.
const print = async () => {
  const sheet = window.open("", "_blank");
  if (sheet) sheet.document.body.textContent = "The page is being made …";
  const answer = await made("html");
  if (answer.error || !sheet) {
    sheet?.close();
    return answer.error ? answer : { ...answer, notes: [...answer.notes, "The browser opened no window to print from: open the file and print it there."] };
  }
  const bytes = Uint8Array.from(atob(answer.data), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: "text/html" }));
  sheet.location.replace(address);
  await new Promise((there) => {
    const look = setInterval(() => {
      if (!sheet.closed && (sheet.location.href !== address || sheet.document.readyState !== "complete")) return;
      clearInterval(look);
      there();
    }, 50);
  });
  URL.revokeObjectURL(address);
  if (sheet.closed) return { ...answer, name: "The page to print", data: null };
  await Promise.all([...sheet.document.images].map((image) => image.decode().catch(() => {})));
  await new Promise((laid) => setTimeout(laid, 50));
  sheet.focus();
  sheet.print();
  return { ...answer, name: "The page to print", data: null };
};
window.Explorer.takeAway($(".export"), FILES, (kind) => (kind === "print" ? print() : made(kind)), (sentence, trouble = false) => {
  $(".taken").textContent = sentence;
  $(".taken").classList.toggle("trouble", trouble);
});
