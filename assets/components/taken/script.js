// A file that the server made, or why there is none: whoever asked for it is waiting.
watch("value", () => document.dispatchEvent(new CustomEvent("explorer:taken", { detail: props.value || {} })));
