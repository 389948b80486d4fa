// The small page in React with Ant Design's Table and Form.

import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Form, Input, Table, Typography } from "antd";
import { nameProblem, readVolumes } from "../messages.js";

const COLUMNS = [
  { title: "Name", dataIndex: "name" },
  { title: "ID", dataIndex: "id" },
  { title: "Size", dataIndex: "size", render: (size) => `${size} GiB` },
  { title: "Status", dataIndex: "status" },
  {
    title: "Eligibility",
    dataIndex: "reasons",
    render: (reasons) =>
      reasons.length === 0
        ? "Can be transferred"
        : <ul>{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>,
  },
];

const RULES = [
  {
    validator: (_, name = "") => {
      const problem = nameProblem(name);
      return problem ? Promise.reject(new Error(problem)) : Promise.resolve();
    },
  },
];

function Volumes() {
  const [volumes, setVolumes] = useState([]);
  useEffect(() => {
    const controller = new AbortController();
    fetch("/volumes.json", { signal: controller.signal })
      .then((response) => response.json())
      .then((body) => setVolumes(readVolumes(body)))
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
    return () => controller.abort();
  }, []);
  return <Table rowKey="id" columns={COLUMNS} dataSource={volumes} pagination={false} />;
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <main>
      <Typography.Title>Volume transfer</Typography.Title>
      <Typography.Title level={2}>Volumes</Typography.Title>
      <Volumes />
      <Typography.Title level={2}>Create volume transfer</Typography.Title>
      <Form layout="vertical">
        <Form.Item label="Transfer name" name="name" rules={RULES}>
          <Input />
        </Form.Item>
      </Form>
    </main>
  </StrictMode>,
);
