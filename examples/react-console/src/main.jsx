import { createRoot } from "react-dom/client";
import { defineTransferForm } from "volume-transfer/transfer-form";
import { App } from "./App.jsx";
import { send } from "./service.js";

defineTransferForm({ fetch: send });

createRoot(document.getElementById("root")).render(<App />);
