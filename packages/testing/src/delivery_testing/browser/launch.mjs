// Launches the packaged Chromium. It and its libraries are unpacked into TMPDIR, once; FOLDER is for what it writes.
import { writeFileSync } from "node:fs";

// The package brings the libraries that a bare machine lacks, if it takes the machine for one of Lambda's.
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs24.x";

export const launch = async (folder) => {
  const { default: chromium } = await import("@sparticuz/chromium");
  const { chromium: browserType } = await import("playwright-core");
  const executablePath = await chromium.executablePath();
  // Its own configuration looks for the package's fonts in /tmp.
  process.env.FONTCONFIG_FILE = `${folder}/fonts.conf`;
  writeFileSync(process.env.FONTCONFIG_FILE, `<fontconfig><dir>${process.env.TMPDIR}/fonts</dir></fontconfig>`);
  return browserType.launch({ executablePath, args: ["--no-sandbox"] });
};
