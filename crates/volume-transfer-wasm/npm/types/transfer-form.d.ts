import type { Service } from "./calls.js";
import type { Source } from "./load.js";
export type { Service, Source };
/** The languages that the element can show. */
export type Language = "en" | "zh-CN";
/** The details of `transfer-created` and `handover-closed`. Neither contains the key. */
export interface TransferDetail {
    transferId: string;
    volumeId: string;
}
/** The details of `transfer-failed`. */
export interface FailureDetail {
    /** If it is `unknown`, a transfer may exist. The form looks for it and offers to cancel it. */
    outcome: "rejected" | "unknown";
    volumeId: string;
    /** The response's HTTP status. This field and those below are missing if no response arrived. */
    status?: string;
    /** The service's error code. */
    code?: string;
    /** The service's message. */
    message?: string;
    requestId?: string;
}
/** The element's events. */
export interface TransferFormEvents {
    /** The form shows the key. */
    "transfer-created": CustomEvent<TransferDetail>;
    "transfer-failed": CustomEvent<FailureDetail>;
    /** The user has confirmed that the key is saved. The form has dropped it. */
    "handover-closed": CustomEvent<TransferDetail>;
}
/** `<volume-transfer-form>`. Its attributes are `service`, `endpoint`, `project-id`, `volume-id` and `language`. */
export interface VolumeTransferFormElement extends HTMLElement {
    /** The volume's record, as the service lists it. If this is set, the form doesn't initially load the volume. */
    volume: object | null;
    /** Whether removing the element now would lose a key. */
    readonly wouldLoseKeys: boolean;
    /** Loads the volume again. */
    refresh(): void;
    addEventListener<Name extends keyof TransferFormEvents>(type: Name, listener: (event: TransferFormEvents[Name]) => void, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}
/** The options of `defineTransferForm`. */
export interface TransferFormOptions {
    /**
     * Sends a request to the volume service, with a token that you add as `X-Auth-Token`. The element
     * never sees the token.
     */
    fetch: (request: Request) => Promise<Response>;
    /** The element's name, by default `volume-transfer-form`. */
    tag?: string | undefined;
    /** The source of the wasm module, as for `init`. */
    source?: Source | PromiseLike<Source> | undefined;
}
/** Registers the element. Does nothing if its name is taken. */
export declare function defineTransferForm(options: TransferFormOptions): void;
