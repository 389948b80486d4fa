export { name, request, screen as eligibility, screenBytes, screenText } from "../hand.js";
