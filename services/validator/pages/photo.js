// Decide by keyboard: A accepts, 1-9 tick the suggested reasons, R refuses, N goes to the next photo.
const form = document.querySelector("form.decision");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return; // a held key decides one photo, not ten
  const key = event.key.toLowerCase();
  if (key === "n") document.querySelector("a[data-next]").click();
  if (!form) return;
  if (/^[1-9]$/.test(key)) form.querySelectorAll("[data-suggested]")[key - 1]?.click();
  form.querySelector(`button[data-key="${key}"]:not(:disabled)`)?.click();
});
form?.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "refused") {
    form.querySelectorAll("input:checked").forEach((box) => (box.checked = false));
    return;
  }
  const boxes = form.querySelectorAll("input[name=codes]");
  const ticked = [...boxes].some((box) => box.checked);
  boxes[0].setCustomValidity(ticked ? "" : "请至少勾选一项原因");
  if (!ticked) {
    event.preventDefault();
    boxes[0].reportValidity();
  }
});
form?.addEventListener("change", () => form.querySelector("input[name=codes]").setCustomValidity(""));
