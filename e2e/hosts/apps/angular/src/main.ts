import { Component, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import * as served from "volume-transfer";
import * as inline from "volume-transfer/inline";
// @ts-ignore: JavaScript that all hosts share
import { probe } from "../probe.js";

@Component({ selector: "app-root", template: "<output>{{ said() }}</output><p>{{ inline() }}</p>" })
class App {
  said = signal("");
  inline = signal("");

  constructor() {
    const init = () => served.init("/volume-transfer.wasm");
    probe({ ...served, init }).then((said: string) => this.said.set(said), (error: unknown) => this.said.set(`${error}`));
    probe(inline).then((said: string) => this.inline.set(said), (error: unknown) => this.inline.set(`${error}`));
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
