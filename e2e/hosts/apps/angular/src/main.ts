import { Component, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import * as api from "volume-transfer";
import * as inline from "volume-transfer/inline";
// @ts-ignore: JavaScript shared by all hosts
import { probe } from "../probe.js";

@Component({ selector: "app-root", template: "<output>{{ served() }}</output><p>{{ inline() }}</p>" })
class App {
  served = signal("");
  inline = signal("");

  constructor() {
    const init = () => api.init("/volume-transfer.wasm");
    probe({ ...api, init }).then((result: string) => this.served.set(result), (error: unknown) => this.served.set(`${error}`));
    probe(inline).then((result: string) => this.inline.set(result), (error: unknown) => this.inline.set(`${error}`));
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
