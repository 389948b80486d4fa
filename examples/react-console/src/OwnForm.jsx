// A form with the console's own look, for consoles that control the whole layout themselves. The package
// validates the name, creates the request and decodes the response.

import { useState } from "react";
import { Alert, Button, Form, Input, Typography } from "antd";
import { explain, readCreateResponse } from "volume-transfer";
import { createTransfer } from "volume-transfer/form";
import messages from "volume-transfer/messages/en";
import { projectId, send } from "./service.js";

export function OwnForm({ volume, onDone }) {
  const [outcome, setOutcome] = useState();
  const [busy, setBusy] = useState(false);
  const schema = createTransfer({ projectId, volumeId: volume.id, messages })["~standard"];

  const rule = {
    validator: async (_, name) => {
      const { issues } = await schema.validate({ name });
      if (issues) throw new Error(issues.map(({ message }) => message).join(" "));
    },
  };
  const create = async (values) => {
    setBusy(true);
    const { value: request } = await schema.validate(values);
    setOutcome(await post(request, volume.id));
    setBusy(false);
  };

  if (outcome?.outcome === "created") {
    const { id, name } = outcome.record;
    return (
      <>
        <Alert type="warning" title={explain(outcome, messages)} />
        <dl>
          <dt>Transfer ID</dt>
          <dd>{id}</dd>
          <dt>Transfer name</dt>
          <dd>{name ?? "none"}</dd>
          <dt>Authorization key</dt>
          <dd><Typography.Text code copyable>{outcome.handover.authKey}</Typography.Text></dd>
        </dl>
        <Button type="primary" onClick={onDone}>I have saved the key</Button>
      </>
    );
  }
  return (
    <Form layout="vertical" onFinish={create}>
      <Form.Item name="name" label="Transfer name" rules={[rule]}><Input autoComplete="off" /></Form.Item>
      {outcome && <Alert type="error" title={explain(outcome, messages)} />}
      <Button type="primary" htmlType="submit" loading={busy}>Create transfer</Button>
    </Form>
  );
}

/** Sends the request once, and decodes the response. */
async function post({ method, path, headers, body }, volumeId) {
  try {
    const response = await send(new Request(path, { method, headers, body }));
    const { status } = response;
    return readCreateResponse({ status, headers: Object.fromEntries(response.headers), body: await response.text(), volumeId });
  } catch {
    return readCreateResponse({ lost: "connection" });
  }
}
