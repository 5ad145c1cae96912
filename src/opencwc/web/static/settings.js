// A session that was begun anew has a token of its own: the page sends that one from now on.
document.body.addEventListener("csrf", (event) => {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": event.detail.value }));
});
