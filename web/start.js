// Says why the page didn't start, or that it has stopped. Runs without the wasm module and in browsers
// that can't run it, so its syntax is old, and its texts are in index.html in all languages.
(function () {
  "use strict";
  // The smallest module with a SIMD instruction: i32.const 0, i8x16.splat, drop.
  var simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

  function whenReady(run) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
    else run();
  }

  /** Shows one of the messages in #failure. The first one stays, unless it says that loading is slow. */
  function show(reason, detail) {
    whenReady(function () {
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
      // Outside of an open dialog, the button couldn't be pressed.
      var dialog = document.querySelector("dialog[open]");
      if (dialog) dialog.insertBefore(failure, dialog.firstChild);
      failure.scrollIntoView({ block: "nearest" });
    });
  }

  function hasStarted() {
    return document.readyState !== "loading" && !document.getElementById("shell");
  }

  /** Requests each of the page's files again, to name the missing one. */
  function reportMissingFiles(error) {
    var files = [].slice.call(document.querySelectorAll("link[href$='.js'], link[href$='.wasm']"));
    var requests = files.map(function (link) {
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
    Promise.all(requests).then(function (lines) {
      show("load", lines.concat(error ? String(error) : []).join("\n"));
    });
  }

  /** Disables the page. After a trap, the module's memory may be in any state, so nothing may be sent. */
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
      // A displayed key can still be copied.
      if (document.querySelector("dialog[open] .auth-key")) event.preventDefault();
    });
    show("stopped");
  }

  function onError(error) {
    if (!hasStarted()) reportMissingFiles(error);
    else if (window.WebAssembly && error instanceof WebAssembly.RuntimeError) stop();
  }

  window.addEventListener(
    "error",
    function (event) {
      // If a resource fails to load, the event has no `error`. Of these, only scripts matter.
      if (event.error || event.target.nodeName === "SCRIPT") onError(event.error);
    },
    true,
  );
  window.addEventListener("unhandledrejection", function (event) {
    onError(event.reason);
  });

  if (!window.WebAssembly || !WebAssembly.validate(new Uint8Array(simd)) || !("noModule" in document.createElement("script"))) {
    show("browser");
  } else {
    setTimeout(function () {
      if (!hasStarted()) show("slow");
    }, 10000);
    window.addEventListener("TrunkApplicationStarted", function () {
      document.getElementById("failure").hidden = true;
    });
  }
})();
