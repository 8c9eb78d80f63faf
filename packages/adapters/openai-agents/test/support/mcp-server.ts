import type { MCPServer } from "@openai/agents";

/** A local MCP server with tools of these names. `called` notes what ran. */
export function mcpServer(name: string, tools: readonly string[], called: string[] = []): MCPServer {
  const inputSchema = { type: "object", properties: {}, required: [], additionalProperties: false } as const;
  const server = {
    name,
    cacheToolsList: false,
    connect: async () => {},
    close: async () => {},
    invalidateToolsCache: async () => {},
    listTools: async () => tools.map((tool) => ({ name: tool, description: "", inputSchema })),
    callTool: async (tool: string) => {
      called.push(`${name}/${tool}`);
      return [{ type: "text", text: `${name} did ${tool}` }];
    },
  };
  return server as unknown as MCPServer;
}
