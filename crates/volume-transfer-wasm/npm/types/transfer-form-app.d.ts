/** A mounted form, which stays until it is freed. */
export interface Form {
    readonly wouldLoseKeys: boolean;
    setLanguage(tag: string, lines: string): void;
    refresh(): void;
    free(): void;
}
/** Mounts the form. Throws the name of the first invalid setting. */
export declare const Form: new (root: ShadowRoot, parent: HTMLElement, tag: string, lines: string, service: string, endpoint: string, projectId: string, volumeId: string, record: string, fetch: (request: Request) => Promise<Response>, onEvent: (name: string, detail: object) => void) => Form;
/** Styles a shadow tree, and names its parts whenever it changes. */
export declare function style(root: ShadowRoot): void;
