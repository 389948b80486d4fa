//! A service that requests are forwarded to.

use super::body::ResponseBody;
use super::client::{Client, ClientError, Outgoing};
use super::error::{ErrorResponse, GatewayError, ServiceLabel, from_connect_error};
use super::head::Head;
use super::services::Endpoint;
use axum::http::Uri;
use std::time::Duration;
use tokio::time::timeout;

pub(super) struct Upstream {
    endpoint: Endpoint,
    /// Its connections are not shared with other services.
    client: Client,
    pub(super) label: ServiceLabel,
}

impl Upstream {
    pub(super) fn new(endpoint: Endpoint, client: Client, label: ServiceLabel) -> Upstream {
        Upstream { endpoint, client, label }
    }

    /// Adds the details of this service to an error.
    pub(super) fn error(&self, error: GatewayError) -> ErrorResponse {
        error.about(&self.label)
    }

    pub(super) fn uri(&self, path: &str, query: Option<&str>) -> Option<Uri> {
        self.endpoint.uri(path, query)
    }

    /// Sends a request, and returns the head of the response.
    pub(super) async fn send(
        &self,
        request: &Outgoing,
        time_limit: Duration,
    ) -> Result<(Head, ResponseBody), ErrorResponse> {
        let error = match timeout(time_limit, self.client.send(request)).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(ClientError::Connect(error))) => {
                let error = self.error(from_connect_error(&error));
                error.log();
                return Err(error);
            }
            Ok(Err(ClientError::NoResponse)) => GatewayError::NO_RESPONSE,
            Ok(Err(ClientError::InvalidResponse)) => GatewayError::INVALID_RESPONSE,
            Err(_) => GatewayError::NO_RESPONSE_IN_TIME,
        };
        Err(self.error(error))
    }
}
