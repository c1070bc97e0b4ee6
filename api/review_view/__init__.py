"""What the pages of the review desk show: values of the desk, put into the page's words."""
