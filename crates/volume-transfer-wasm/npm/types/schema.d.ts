import { type CreateInput, type CreateRequest, type Issue, type Options } from "./calls.js";
import { type Messages } from "./explain.js";
/** An issue as form libraries read it. They show the message next to the field that the path names. */
export interface SchemaIssue {
    /** The text, or its key, such as `name.too_long`, if there are no messages. */
    readonly message: string;
    /** The field. Missing if the issue concerns the whole value. */
    readonly path?: readonly PropertyKey[] | undefined;
    /** The code and params of the issue, for messages of your own. */
    readonly code: string;
    readonly params: Issue["params"];
}
/** The result of a schema: the value that the service expects, or the issues with the input. */
export type SchemaResult<Output> = {
    readonly value: Output;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
/** A schema that implements version 1 of the Standard Schema interface. */
export interface Schema<Input, Output> {
    readonly "~standard": {
        readonly version: 1;
        readonly vendor: "volume-transfer";
        /** Validates an input. Loads the wasm module and returns a promise if `init()` hasn't finished yet. */
        readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
        /** Exists only as a type. */
        readonly types?: {
            readonly input: Input;
            readonly output: Output;
        } | undefined;
    };
}
/** The options of both schemas. */
export interface SchemaOptions extends Options {
    /** The messages, or a function that returns them in the current language. */
    messages?: Messages | (() => Messages) | undefined;
}
/** The create-request inputs that can be form fields. */
type Fields = Pick<CreateInput, "projectId" | "volumeId" | "name">;
/** Inputs that the form has no fields for. */
type Known = Partial<Pick<Fields, "projectId" | "volumeId">>;
/**
 * Creates a schema for the text of the name field. Empty, null and undefined mean no name. Returns
 * the name as the service stores it, or null if there is none.
 */
export declare function transferName(options?: SchemaOptions): Schema<string | null | undefined, string | null>;
/**
 * Creates a schema for a form's values. Returns the create request, for you to send. Takes the
 * project and volume IDs from the values, or from the options if the form has no fields for them.
 * Ignores other values.
 */
export declare function createTransfer<Given extends Known = {}>(options?: SchemaOptions & Given): Schema<Omit<Fields, keyof Given>, CreateRequest>;
export {};
