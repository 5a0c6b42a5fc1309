// Starts the app. The scanner's core is the heaviest thing and comes first: it is fetched while the rest is read and run.

import "./design/tokens.css";
import "./design/base.css";

import { core } from "./core/core";

if (location.pathname === "/") void core.warm().catch(() => undefined);
void import("./start");
