/** The lines of the page's messages in one language. */
declare const lines: string;
export default lines;
