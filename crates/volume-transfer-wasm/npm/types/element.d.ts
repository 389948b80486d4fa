import { type Messages } from "./explain.js";
import { type NameReport, type Service, type Source } from "./light.js";
export type { Messages, NameReport, Service, Source };
/** `<volume-transfer-name>`: takes part in a form as an input does. */
export interface VolumeTransferNameElement extends HTMLElement {
    /** The text as it was entered. */
    value: string;
    /** What the rule says of it. */
    readonly report: NameReport;
    /** The sentences; set them anew to change the language. */
    messages: Messages;
    readonly form: HTMLFormElement | null;
    readonly validity: ValidityState;
    readonly validationMessage: string;
    checkValidity(): boolean;
    reportValidity(): boolean;
}
export interface DefineOptions {
    messages: Messages;
    /** The element's name; `volume-transfer-name` unless told otherwise. */
    tag?: string | undefined;
    /** Where the wasm module is, as for `init`. */
    source?: Source | PromiseLike<Source> | undefined;
}
/** Loads the rules and registers the element. Its sentences are yours to choose. */
export declare function defineTransferName(options: DefineOptions): Promise<void>;
