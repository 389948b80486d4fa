import { type Messages } from "./explain.js";
import { type NameReport, type Service, type Source } from "./form.js";
export type { Messages, NameReport, Service, Source };
/** The members of an `<input type="text">` that forms and frameworks use. */
type InputMember = "autocomplete" | "checkValidity" | "defaultValue" | "disabled" | "form" | "labels" | "maxLength" | "minLength" | "name" | "pattern" | "placeholder" | "readOnly" | "reportValidity" | "required" | "select" | "selectionDirection" | "selectionEnd" | "selectionStart" | "setCustomValidity" | "setRangeText" | "setSelectionRange" | "type" | "validationMessage" | "validity" | "value" | "willValidate";
/** `<volume-transfer-name>`, which behaves like an `<input>`. The README lists the differences. */
export interface VolumeTransferNameElement extends HTMLElement, Pick<HTMLInputElement, InputMember> {
    /** The validation report for the current text. */
    readonly report: NameReport;
    /** The messages. Assign others to change the language. */
    messages: Messages;
    /** The service whose name rule applies. Reflects the attribute. Null means `evs-v2`. */
    service: string | null;
}
/** The options of `defineTransferName`. */
export interface DefineOptions {
    /** The messages, such as `volume-transfer/messages/en`. */
    messages: Messages;
    /** The element's name, by default `volume-transfer-name`. */
    tag?: string | undefined;
    /** The source of the wasm module, as for `init`. */
    source?: Source | PromiseLike<Source> | undefined;
}
/**
 * Loads the wasm module and registers the element.
 *
 * @throws {Error} if form-associated custom elements aren't supported, as in jsdom.
 */
export declare function defineTransferName(options: DefineOptions): Promise<void>;
