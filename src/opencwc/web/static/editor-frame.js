// The structure editor in its frame: loads JSME, shows the SMILES that the page sends, tells the page what is drawn.
// JSME's own loader needs a second frame that it can reach into, which a frame without an origin has not: so its parts
// are loaded here, into this window, which nothing else uses.
"use strict";
(() => {
  const base = "/static/vendor/jsme/";
  const build = /firefox\//i.test(navigator.userAgent)
    ? { browser: "gecko1_8", file: "/static/vendor/jsme/gecko.cache.js" }
    : { browser: "safari", file: "/static/vendor/jsme/blink.cache.js" };
  const properties = {
    "compat.mode": "CSS1Compat",
    "drag_and_drop_support_html5": "true",
    "is_android_or_ios": String(/android|iphone|ipad/i.test(navigator.userAgent)),
    "msie_clipboard": "false",
    "user.agent": build.browser,
  };
  const longest = 10000;
  // Only a page of our own address is told; `location` still knows the address, though this frame has no origin.
  const tell = (message) => parent.postMessage(message, location.origin);
  const run = (code) => (0, eval)(code);
  let editor = null;
  let told = "";
  let wanted = null;

  const size = () => [`${document.documentElement.clientWidth}px`, `${document.documentElement.clientHeight}px`];
  const show = (smiles) => {
    if (editor === null) {
      wanted = smiles;
      return;
    }
    told = smiles;
    if (smiles === "") editor.reset();
    else editor.readGenericMolecularInput(smiles);
  };

  window.$wnd = window;
  window.__gwt_activeModules = { jsme: { moduleName: "jsme", moduleBase: base, bindings: {} } };
  window.jsme = {
    __sendStats() {},
    __moduleName: "jsme",
    __moduleBase: base,
    __errFn: () => tell("failed"),
    __softPermutationId: 0,
    __computePropValue: (name) => properties[name],
    __getPropMap: () => properties,
    __startLoadingFragment: (path) => base + path,
    __installRunAsyncCode: run,
    onScriptDownloaded: (parts) => parts.forEach(run),
  };
  window.jsmeOnLoad = () => {
    editor = new JSApplet.JSME("editor", ...size());
    editor.setUserInterfaceBackgroundColor("#eef0ee");
    editor.setCallBack("AfterStructureModified", (event) => {
      if (String(event.action).startsWith("read")) return; // what the page itself sent
      const smiles = editor.smiles();
      if (smiles === told || smiles.length > longest) return;
      told = smiles;
      tell(`smiles:${smiles}`);
    });
    addEventListener("resize", () => editor.setSize(...size()));
    tell("ready");
    if (wanted !== null) show(wanted);
  };
  addEventListener("message", (event) => {
    if (event.source !== parent || event.origin !== location.origin) return;
    const message = event.data;
    if (typeof message === "string" && message.startsWith("show:") && message.length <= longest) show(message.slice(5));
  });
  addEventListener("DOMContentLoaded", () => {
    const script = document.createElement("script");
    script.src = build.file;
    script.onerror = () => tell("failed");
    document.head.append(script);
  });
})();
