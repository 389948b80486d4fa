// Chooses the language, handles the connection form until the module has started, and shows a message if
// the page can't start or has stopped. It must also work in browsers that can't run the module, so it uses
// old syntax, and index.html contains its error messages in all languages.
(function () {
  "use strict";
  // The smallest module with a SIMD instruction: i32.const 0, i8x16.splat, drop.
  var simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

  var root = document.documentElement;
  /** Maps each language tag to its file and the text of the `data-t` elements. The build fills this in. */
  var languages = {};
  var started = false;

  /** Returns a stored setting, or `null` if there is none or storage is blocked. */
  function load(name) {
    try {
      return localStorage.getItem("volume-transfer." + name);
    } catch (error) {
      return null;
    }
  }

  /** Returns the best match for a language tag, such as `zh-Hans-CN` or `en-GB`. */
  function findLanguage(tag) {
    function primary(tag) {
      return String(tag).toLowerCase().split("-")[0];
    }
    var same = Object.keys(languages).filter(function (other) {
      return primary(other) === primary(tag);
    });
    return same.indexOf(tag) >= 0 ? tag : same[0];
  }

  function chooseLanguage() {
    var wanted = [load("language")].concat([].slice.call(navigator.languages || []), "en");
    return wanted.map(findLanguage).filter(Boolean)[0];
  }

  /** Sets the page's language, and preloads its messages for the module. */
  function useLanguage(tag) {
    root.lang = tag;
    var link = document.createElement("link");
    link.rel = "preload";
    link.as = "fetch";
    link.crossOrigin = "";
    link.href = languages[tag][0];
    document.head.appendChild(link);
  }

  /** Translates the document, which the build writes in English. */
  function translate() {
    var texts = languages[root.lang][1];
    [].forEach.call(document.querySelectorAll("[data-t]"), function (element, index) {
      if (texts[index]) element.textContent = texts[index];
    });
    document.getElementById("language").value = root.lang;
  }

  function serveForm() {
    var scheme = document.getElementById("scheme");
    scheme.value = root.getAttribute("data-scheme");
    scheme.onchange = function () {
      root.setAttribute("data-scheme", scheme.value);
      try {
        localStorage.setItem("volume-transfer.scheme", scheme.value);
      } catch (error) {
        // The setting applies to this visit only.
      }
    };
    var form = document.getElementById("connect");
    var loading = document.getElementById("loading");
    var pressed = false;
    document.getElementById("endpoint").setAttribute("value", address());
    document.getElementById("methods").onchange = function (event) {
      useMethod(event.target.value);
    };
    document.getElementById("add-passcode").onclick = function () {
      form.setAttribute("data-passcode", "added");
      document.getElementById("passcode").focus();
    };
    form.ondragover = function (event) {
      event.preventDefault();
    };
    form.ondrop = function (event) {
      event.preventDefault();
      event.stopPropagation();
      var openrc = document.getElementById("openrc");
      openrc.files = event.dataTransfer.files;
      openrc.dispatchEvent(new Event("change"));
    };
    // Without this, submitting the form would close the dialog that it is in.
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (started) return;
      pressed = true;
      loading.hidden = false;
    });
    document.addEventListener("started", function () {
      started = true;
      loading.hidden = true;
      document.getElementById("failure").hidden = true;
      if (pressed) form.requestSubmit();
    });
    // Some browsers keep a page in memory after the user has left it, with everything that was entered.
    // WebKit empties some fields, although the page still uses their text.
    var fields = [];
    window.addEventListener("pagehide", function () {
      ["token", "password", "passcode", "secret"].forEach(function (id) {
        document.getElementById(id).value = "";
      });
      fields = [].map.call(document.querySelectorAll("#transfer-name, [type=search]"), function (field) {
        return [field, field.value];
      });
    });
    window.addEventListener("pageshow", function (event) {
      if (!event.persisted) return;
      // WebKit empties them after this event.
      setTimeout(function () {
        fields.forEach(function (field) {
          field[0].value = field[1];
        });
      });
    });
  }

  /** Shows the fields of a sign-in method. The event notifies the module. */
  function useMethod(method) {
    var form = document.getElementById("connect");
    form.setAttribute("data-show", method);
    form.removeAttribute("data-passcode");
    form.querySelector("[name=method][value=" + method + "]").checked = true;
    form.dispatchEvent(new Event("method"));
  }

  /** Offers sign-in through the server's identity service, if it has one. */
  function offerSignIn(config) {
    var form = document.getElementById("connect");
    form.setAttribute("data-regions", (config.regions || []).join("\n"));
    if (!config.identity) return;
    document.getElementById("methods").hidden = false;
    // Keeps the method if something was typed or stored, so that the text doesn't disappear.
    var typed = document.getElementById("project").value || document.getElementById("token").value;
    if (!typed && form.getAttribute("data-show") === "token") useMethod("password");
    offerDemo("signin.demo", "password", config.demo_accounts || [], function (account) {
      return [account.user, account];
    });
  }

  /** Returns the server's address, including the path that the page is served under. */
  function address() {
    return location.origin + location.pathname.replace(/\/[^/]*$/, "");
  }

  /** Offers the sandbox's projects or users: each button fills in the form and submits it. */
  function offerDemo(text, method, all, read) {
    var demo = document.getElementById("demo");
    var template = demo.querySelector("[data-t='" + text + "']");
    all.forEach(function (entry) {
      var label = read(entry)[0];
      var values = read(entry)[1];
      var button = template.cloneNode();
      button.hidden = false;
      button.setAttribute("data-label", label);
      button.textContent = template.textContent.replace("{label}", label);
      button.onclick = function () {
        useMethod(method);
        Object.keys(values).forEach(function (id) {
          var field = document.getElementById(id);
          if (field) field.value = values[id] || "";
        });
        demo.parentNode.requestSubmit();
      };
      demo.appendChild(button);
      demo.hidden = false;
    });
  }

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
      // While a dialog is open, a button outside it can't be pressed.
      var dialog = document.querySelector("dialog[open]");
      if (dialog) dialog.insertBefore(failure, dialog.firstChild);
      failure.scrollIntoView({ block: "nearest" });
    });
  }

  /** Requests each of the page's files again, to name the missing one. */
  function reportMissingFiles(error) {
    var files = [].slice.call(document.querySelectorAll("link[href$='.js'], link[href$='.wasm'], link[href$='.txt']"));
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

  /** Disables the page, which must not send anything after a trap: the module's memory may be in any state. */
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
    if (!started) reportMissingFiles(error);
    else if (window.WebAssembly && error instanceof WebAssembly.RuntimeError) stop();
  }

  window.addEventListener(
    "error",
    function (event) {
      // If a resource fails to load, the event has no `error`. Of those resources, only scripts matter.
      if (event.error || event.target.nodeName === "SCRIPT") onError(event.error);
    },
    true,
  );
  window.addEventListener("unhandledrejection", function (event) {
    onError(event.reason);
  });

  useLanguage(chooseLanguage());
  root.setAttribute("data-scheme", load("scheme") || "auto");
  document.addEventListener("form", function () {
    translate();
    serveForm();
  });

  if (!window.WebAssembly || !WebAssembly.validate(new Uint8Array(simd)) || !("noModule" in document.createElement("script"))) {
    show("browser");
  } else {
    setTimeout(function () {
      if (!started) show("slow");
    }, 10000);
    var formParsed = new Promise(function (resolve) {
      document.addEventListener("form", resolve);
    });
    var config = fetch("console.json").then(function (response) {
      return response.ok ? response.json() : {};
    });
    Promise.all([config, formParsed]).then(
      function (results) {
        var config = results[0];
        offerDemo("connect.demo", "token", config.demo_projects || [], function (project) {
          return [project.label, { endpoint: address(), project: project.project_id, token: project.token }];
        });
        offerSignIn(config);
      },
      function () {},
    );
  }
})();
