// The list of volumes, with each volume's name, status and eligibility. Two buttons open a form that
// transfers the volume: the ready-made form, or the console's own.

import { useCallback, useEffect, useRef, useState } from "react";
import { Alert, Button, Drawer, Space, Table, Tag, Tooltip } from "antd";
import { checkEligibility, explain, init } from "volume-transfer";
import messages from "volume-transfer/messages/en";
import { OwnForm } from "./OwnForm.jsx";
import { loadVolumes, projectId } from "./service.js";

export function App() {
  const [volumes, setVolumes] = useState([]);
  const [error, setError] = useState();
  const [open, setOpen] = useState();

  const load = useCallback(async () => {
    try {
      const [loaded] = await Promise.all([loadVolumes(), init()]);
      setVolumes(loaded);
      setError(undefined);
    } catch (failure) {
      setError(failure.message);
    }
  }, []);
  useEffect(() => void load(), [load]);
  const close = () => {
    setOpen(undefined);
    load();
  };

  const columns = [
    { title: "Name", dataIndex: "name", render: (name, { id }) => name || id },
    { title: "Status", dataIndex: "status" },
    { title: "Eligibility", render: (_, volume) => <Eligibility volume={volume} /> },
    {
      title: "Actions",
      render: (_, volume) => (
        <Space>
          <Button onClick={() => setOpen({ volume, Form: ReadyForm })}>Transfer</Button>
          <Button onClick={() => setOpen({ volume, Form: OwnForm })}>Transfer (own form)</Button>
        </Space>
      ),
    },
  ];
  return (
    <main style={{ padding: 24 }}>
      <h1>Volumes</h1>
      {error && <Alert type="error" title={error} />}
      <Table rowKey="id" columns={columns} dataSource={volumes} pagination={{ pageSize: 100, hideOnSinglePage: true }} />
      <Drawer title={open?.volume.name} open={Boolean(open)} onClose={close} size={640} destroyOnHidden>
        {open && <open.Form volume={open.volume} onDone={close} />}
      </Drawer>
    </main>
  );
}

/** Says whether a volume can be transferred and, in a tooltip, why it can't. */
function Eligibility({ volume }) {
  const report = checkEligibility(volume);
  const ineligible = report.eligibility === "ineligible";
  return (
    <Tooltip title={explain(report, messages)}>
      <Tag color={ineligible ? "error" : "success"}>{ineligible ? "Not eligible" : "Eligible"}</Tag>
    </Tooltip>
  );
}

/** The ready-made form, which does the whole job. */
function ReadyForm({ volume, onDone }) {
  const form = useRef(null);
  useEffect(() => {
    const element = form.current;
    element.addEventListener("handover-closed", onDone);
    return () => element.removeEventListener("handover-closed", onDone);
  }, [onDone]);
  return (
    <volume-transfer-form ref={form} endpoint="/" project-id={projectId} volume-id={volume.id} language="en" />
  );
}
