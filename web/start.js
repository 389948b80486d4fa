// Says why the page did not start, or that it has stopped. Runs before and without the wasm module,
// also in browsers that cannot run it: so it is plain old JavaScript, and its sentences are in
// index.html, in every language at once.
(function () {
  "use strict";
  // The smallest module with a SIMD instruction: i32.const 0, i8x16.splat, drop.
  var simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

  function ready(run) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
    else run();
  }

  /** Shows one of the messages in #failure; the first one to be shown stays, unless it said to wait. */
  function show(reason, detail) {
    ready(function () {
      var failure = document.getElementById("failure");
      var shown = failure.getAttribute("data-reason");
      if (shown && shown !== "slow") return;
      failure.setAttribute("data-reason", reason);
      failure.hidden = false;
      [].forEach.call(failure.querySelectorAll("[data-reason]"), function (text) {
        text.hidden = text.getAttribute("data-reason") !== reason;
      });
      failure.querySelector("code").textContent = detail || "";
      failure.querySelector("button").onclick = function () {
        location.reload();
      };
      // Beside an open dialog nothing can be pressed.
      var dialog = document.querySelector("dialog[open]");
      if (dialog) dialog.insertBefore(failure, dialog.firstChild);
      failure.scrollIntoView({ block: "nearest" });
    });
  }

  function started() {
    return document.readyState !== "loading" && !document.getElementById("shell");
  }

  /** Asks for each file of the page once more, to name the one that did not come. */
  function load(error) {
    var files = [].slice.call(document.querySelectorAll("link[href$='.js'], link[href$='.wasm']"));
    var asked = files.map(function (link) {
      var path = link.getAttribute("href");
      return fetch(path, { cache: "no-store" }).then(
        function (response) {
          return path + ": " + response.status + " " + response.headers.get("content-type");
        },
        function () {
          return path + ": –";
        },
      );
    });
    Promise.all(asked).then(function (lines) {
      show("load", lines.concat(error ? String(error) : []).join("\n"));
    });
  }

  /** After a trap the module's memory may be in any state: nothing it does from then on can be trusted. */
  function stop() {
    window.fetch = function () {
      return new Promise(function () {});
    };
    ["click", "submit", "input", "change", "keydown", "pointerdown"].forEach(function (type) {
      window.addEventListener(
        type,
        function (event) {
          var failure = document.getElementById("failure");
          if (failure.contains(event.target)) return;
          event.stopImmediatePropagation();
          if (type === "submit" || event.key === "Escape") event.preventDefault();
        },
        true,
      );
    });
    window.addEventListener("beforeunload", function (event) {
      // A key that is on the screen can still be copied by hand.
      if (document.querySelector("dialog[open] .auth-key")) event.preventDefault();
    });
    show("stopped");
  }

  function failed(error) {
    if (!started()) load(error);
    else if (window.WebAssembly && error instanceof WebAssembly.RuntimeError) stop();
  }

  window.addEventListener(
    "error",
    function (event) {
      // A resource's error has no `error`; of resources, only scripts are needed.
      if (event.error || event.target.nodeName === "SCRIPT") failed(event.error);
    },
    true,
  );
  window.addEventListener("unhandledrejection", function (event) {
    failed(event.reason);
  });

  if (!window.WebAssembly || !WebAssembly.validate(new Uint8Array(simd)) || !("noModule" in document.createElement("script"))) {
    show("browser");
  } else {
    setTimeout(function () {
      if (!started()) show("slow");
    }, 10000);
    window.addEventListener("TrunkApplicationStarted", function () {
      document.getElementById("failure").hidden = true;
    });
  }
})();
