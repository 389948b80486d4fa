/** The page's messages in one language, as lines of text. */
declare const lines: string;
export default lines;
