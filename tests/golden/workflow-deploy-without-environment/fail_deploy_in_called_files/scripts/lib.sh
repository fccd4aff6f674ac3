helm upgrade --install shop ./chart
