import { type Messages } from "./explain.js";
import { type NameReport, type Service, type Source } from "./light.js";
export type { Messages, NameReport, Service, Source };
/** What an `<input type="text">` has, in a form and for frameworks. */
type InputMember = "autocomplete" | "checkValidity" | "defaultValue" | "disabled" | "form" | "labels" | "maxLength" | "minLength" | "name" | "pattern" | "placeholder" | "readOnly" | "reportValidity" | "required" | "select" | "selectionDirection" | "selectionEnd" | "selectionStart" | "setCustomValidity" | "setRangeText" | "setSelectionRange" | "type" | "validationMessage" | "validity" | "value" | "willValidate";
/** `<volume-transfer-name>`: behaves as an `<input>` does; the README lists the differences. */
export interface VolumeTransferNameElement extends HTMLElement, Pick<HTMLInputElement, InputMember> {
    /** The validation report for the current text. */
    readonly report: NameReport;
    /** The sentences. Set them again to change the language. */
    messages: Messages;
    /** The service whose rule applies, by its attribute; null means `evs-v2`. */
    service: string | null;
}
export interface DefineOptions {
    messages: Messages;
    /** The element's name; `volume-transfer-name` unless told otherwise. */
    tag?: string | undefined;
    /** Where the wasm module is, as for `init`. */
    source?: Source | PromiseLike<Source> | undefined;
}
/**
 * Loads the rules and registers the element. Its sentences are yours to choose.
 *
 * @throws {Error} where there are no form-associated custom elements, as in jsdom.
 */
export declare function defineTransferName(options: DefineOptions): Promise<void>;
